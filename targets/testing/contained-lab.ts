import { openContainers } from '../containers/open-containers.ts'
import { startRedis } from '../redis.ts'
import { contextOf } from './context-of.ts'
import { testRun } from './test-run.ts'

/** A lab with servers in containers, for a test to kill: prints the run's id, then `up`, and waits for ever. */
const context = contextOf(await testRun())
console.log(context.runId)
const containers = await openContainers(context)
await Promise.all(['one', 'two'].map(name => startRedis({ ...context, containers }, { name })))
console.log('up')
setInterval(() => {}, 60_000)
