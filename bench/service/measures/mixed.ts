import { sql } from '../../../targets/scenarios/person.ts'
import { residentKb } from '../../proxy/cpu-time.ts'
import { startLoad } from '../load.ts'
import type { Measure, Stretch } from '../measure.ts'
import { checkouts, mixed, products } from '../requests.ts'
import type { System } from '../system.ts'
import { watched } from '../watched.ts'

const poolSize = 100
const pool = { kind: 'closed', clients: 200, seconds: 4 } as const
const few = { kind: 'closed', clients: 20, seconds: 3 } as const
const concurrent = { kind: 'closed', clients: 1_000, seconds: 5 } as const

/**
 * Two reads for each write; a pool of 100 connections under 200 clients; memory under 1,000.
 * Scenarios: LOD-03
 */
export const measure: Measure = {
  name: 'mixed',
  scenario: 'LOD-03',
  goals: [
    { figure: 'rate', title: 'mixed 67/33: rate', unit: 'op/s', atLeast: 500 },
    { figure: 'errors', title: 'mixed 67/33: errors', unit: '%', atMost: 1, isOwn: true },
    { figure: 'p95', title: 'mixed 67/33: p95', unit: 'ms' },
    { figure: 'poolRate', title: 'pool of 100, 200 clients: rate', unit: 'op/s' },
    {
      figure: 'poolErrors',
      title: 'pool of 100, 200 clients: errors',
      unit: '%',
      atMost: 1,
      isOwn: true,
    },
    {
      figure: 'poolMost',
      title: 'pool of 100, 200 clients: connections at most',
      unit: '',
      atMost: poolSize,
    },
    { figure: 'concurrentRate', title: '1,000 concurrent operations: rate', unit: 'op/s' },
    {
      figure: 'concurrentErrors',
      title: '1,000 concurrent operations: errors',
      unit: '%',
      atMost: 1,
      isOwn: true,
    },
    {
      figure: 'growth',
      title: '1,000 concurrent operations on one process alone: its growth',
      unit: 'MB',
      atMost: 100,
    },
    {
      figure: 'refused',
      title: '1,000 concurrent operations on one process alone: refused',
      unit: '%',
    },
  ],
  run: async system => ({
    stretches: [
      await mix(system),
      await fullPool(system),
      await many(system),
      await memory(system),
    ],
  }),
}

async function mix(system: System): Promise<Stretch> {
  await using load = await startLoad(system, 200)
  const pace = { kind: 'open', perSecond: 600, seconds: 8 } as const
  const { report, usage } = await load.play({ requests: mixed(system.goods), pace })
  const { okPerSecond, errorPercent, latency } = report
  return { figures: { rate: okPerSecond, errors: errorPercent, p95: latency.p95Ms }, usage }
}

/** Nothing but Postgres, so that the pool is what is fought for. */
async function fullPool(system: System): Promise<Stretch> {
  await using extra = await system.startApi('api-pool', { poolSize })
  const { pid } = extra.instance.process
  await using load = await startLoad(system, pool.clients, { doors: [extra.door], extra: pid })
  const requests = [...products(system.goods), ...checkouts()]
  const most = await watched(
    () => connectionsOf(system, extra.instance.name),
    () => load.play({ requests, pace: pool }),
  )
  const { report, usage } = most.result
  return {
    figures: {
      poolRate: report.okPerSecond,
      poolErrors: report.errorPercent,
      poolMost: most.highest,
    },
    usage,
  }
}

async function connectionsOf({ app }: System, name: string): Promise<number> {
  const query = 'select count(*)::int as n from pg_stat_activity where application_name = $1'
  const [row] = await sql<{ n: number }>(app, query, [name])
  return row?.n ?? 0
}

/** Through the balancer, which holds back what the processes would not get to. */
async function many(system: System): Promise<Stretch> {
  await using load = await startLoad(system, concurrent.clients)
  const { report, usage } = await load.play({ requests: patiently(system), pace: concurrent })
  const { okPerSecond, errorPercent } = report
  return { figures: { concurrentRate: okPerSecond, concurrentErrors: errorPercent }, usage }
}

/** What a process that just started, and has served a few, grows by at its highest under many. */
async function memory(system: System): Promise<Stretch> {
  await using extra = await system.startApi('api-memory', { poolSize })
  const { pid } = extra.instance.process
  const elsewhere = { doors: [extra.door], extra: pid }
  await using load = await startLoad(system, concurrent.clients, elsewhere)
  const requests = patiently(system)
  await load.play({ requests, pace: few })
  const before = await residentKb(pid)
  const { result, highest } = await watched(
    () => residentKb(pid),
    () => load.play({ requests, pace: concurrent }),
  )
  const refused = result.report.errorPercent
  return { figures: { growth: (highest - before) / 1_024, refused }, usage: result.usage }
}

/** Who shares the service with so many says that it is ready to wait. */
function patiently({ goods }: System) {
  return mixed(goods).map(each => ({ ...each, headers: { 'x-deadline-ms': '10000' } }))
}
