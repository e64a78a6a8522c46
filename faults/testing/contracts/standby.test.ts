import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres } from '../../../targets/postgres.ts'
import { startStandby } from '../../../targets/postgres-standby.ts'
import { destructiveContract, lastingContract } from '../contract.ts'
import { faultBench } from '../fault-bench.ts'
import { inPatience, patienceMs } from '../link-trials.ts'
import { openAs } from '../postgres-client.ts'

let pair: ReturnType<typeof startPair> | undefined
/** One for all tests here, ended with the first of the benches that are. */
const served = () => (pair ??= startPair())

/** A primary that writes nothing by itself, and its standby. */
async function startPair() {
  const { context, rig } = await faultBench()
  const settings = { autovacuum: 'off' }
  const primary = await startPostgres(context, { settings })
  const direct = await openAs('user', primary.url)
  await direct.query('create table stock (id text)')
  const { name, url } = await startStandby(context, primary)
  const standby = await openAs('user', url)
  const owned = new AsyncDisposableStack()
  owned.use(rig)
  owned.defer(() => direct.end())
  owned.defer(() => standby.end())
  const dispose = () => owned.disposeAsync()
  return { context, direct, standby, part: { name, url }, [Symbol.asyncDispose]: dispose }
}

/** A user who reads on the standby what was written on the primary. */
await lastingContract({
  room: 'postgres-standby',
  bench: async () => {
    const { direct, standby, part, ...bench } = await served()
    const readsItsWrite = async () => {
      const id = randomUUID()
      await direct.query('insert into stock values ($1)', [id])
      const deadline = performance.now() + patienceMs
      const isThere = async () =>
        (await standby.query('select from stock where id = $1', [id])).rows.length > 0
      while (performance.now() < deadline) {
        if (await isThere()) return 'well'
        await pause(5)
      }
      return 'stale'
    }
    const use = () => inPatience(readsItsWrite())
    return { ...bench, trial: async () => ({ part, hold: async () => {}, use }) }
  },
})

/** A user for whom it is well that the standby takes no write. Last: nobody demotes it again. */
await destructiveContract({
  room: 'postgres-standby',
  bench: async () => {
    const { direct: _, standby, part, ...bench } = await served()
    const use = () =>
      standby.query("insert into stock values ('')").then(
        () => 'two primaries',
        error => (error.code === '25006' ? 'well' : `${error}`),
      )
    return { ...bench, trial: async () => ({ part, hold: async () => {}, use }) }
  },
})
