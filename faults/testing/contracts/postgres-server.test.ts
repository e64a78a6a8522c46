import type pg from 'pg'
import { startPostgres } from '../../../targets/postgres.ts'
import { lastingContract, momentaryContract } from '../contract.ts'
import { faultBench } from '../fault-bench.ts'
import { inPatience } from '../link-trials.ts'
import { openAs, usePostgres } from '../postgres-client.ts'

let server: ReturnType<typeof startServer> | undefined
/** One for all tests here, ended with the first of the benches that are. */
const served = () => (server ??= startServer())

async function startServer() {
  const { context, rig } = await faultBench()
  const { name, url, logFile } = await startPostgres(context)
  const direct = await openAs('lab', url)
  await direct.query('create table stock (id text)')
  await direct.end()
  const part = { name, url, logFile }
  return { context, part, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() }
}

await lastingContract({
  room: 'postgres-server',
  oneAtATime: true,
  bench: async () => {
    const { part, ...bench } = await served()
    const use = () => inPatience(usePostgres(part.url))
    return { ...bench, trial: async () => ({ part, hold: async () => {}, use }) }
  },
})

/** A user who runs a long statement. */
await momentaryContract({
  room: 'postgres-server',
  bench: async () => {
    const { part, ...bench } = await served()
    const trial = async () => {
      let came = 'well'
      return {
        part,
        hold: async () => {
          const user = await openAs('user', part.url)
          const asked = user.query('select pg_sleep(60)')
          asked.catch((error: Error) => {
            came = `${error}`
            user.end().catch(() => {})
          })
          await running(part.url)
        },
        use: async () => came,
      }
    }
    return { ...bench, trial }
  },
})

async function running(url: string): Promise<void> {
  const admin: pg.Client = await openAs('lab', url)
  const isRunning = `select from pg_stat_activity where application_name = 'user' and state = 'active'`
  while ((await admin.query(isRunning)).rows.length === 0) await new Promise(setImmediate)
  await admin.end()
}
