import { openLab } from '../index.ts'
import { stateOfRun } from './state-of-run.ts'

/** A test's process with faults in force, which says so and waits to be killed. */
const lab = openLab()
const redis = await lab.redis()
await redis.link.down()
await redis.server.pause()
process.stdout.write(`${JSON.stringify(await stateOfRun())}\n`)
setInterval(() => {}, 1_000)
