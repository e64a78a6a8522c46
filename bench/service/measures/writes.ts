import { z } from 'zod'
import { urlByLink } from '../../../targets/proxy.ts'
import { sql } from '../../../targets/scenarios/person.ts'
import { measured } from '../cpu.ts'
import { startChild } from '../load/child.ts'
import { startLoad } from '../load.ts'
import type { Measure } from '../measure.ts'
import { checkouts, orders } from '../requests.ts'
import type { System } from '../system.ts'

/** Above the goal, so that the goal can be reached. */
const perSecond = 1_050
const seconds = 8
const bulk = { batches: 60, rowsPerBatch: 500, atOnce: 4 }
const orderPace = { kind: 'open', perSecond: 150, seconds: 5 } as const

/**
 * Checkouts one by one, many rows at once, and whole transactions; what was acknowledged is counted
 * in the database afterwards.
 * Scenarios: LOD-02
 */
export const measure: Measure = {
  name: 'writes',
  scenario: 'LOD-02',
  goals: [
    { figure: 'rate', title: 'writes (checkouts): rate', unit: 'op/s', atLeast: 1_000 },
    { figure: 'errors', title: 'writes: errors', unit: '%', atMost: 1, isOwn: true },
    { figure: 'p95', title: 'writes: p95', unit: 'ms' },
    { figure: 'bulk', title: 'bulk insert, 500 rows at once', unit: 'rows/s', atLeast: 5_000 },
    { figure: 'orders', title: 'transactions (orders of 2 products)', unit: 'op/s' },
    { figure: 'orderErrors', title: 'transactions: errors', unit: '%', atMost: 1, isOwn: true },
    { figure: 'orderP95', title: 'transactions: p95', unit: 'ms' },
  ],
  run: async system => {
    await using load = await startLoad(system, 200)
    const before = await stored(system)
    const writes = await load.play({
      requests: checkouts(),
      pace: { kind: 'open', perSecond, seconds },
    })
    const bought = await load.play({ requests: orders(system.goods), pace: orderPace })
    const after = await stored(system)
    expectStored('checkouts', after.checkouts - before.checkouts, writes.report.ok)
    expectStored('orders', after.orders - before.orders, bought.report.ok)
    const { okPerSecond, errorPercent, latency } = writes.report
    return {
      stretches: [
        {
          figures: { rate: okPerSecond, errors: errorPercent, p95: latency.p95Ms },
          usage: writes.usage,
        },
        {
          figures: {
            orders: bought.report.okPerSecond,
            orderErrors: bought.report.errorPercent,
            orderP95: bought.report.latency.p95Ms,
          },
          usage: bought.usage,
        },
        await bulkInsert(system),
      ],
    }
  },
}

/** By the repository the service itself uses, through a link of its own, from its own process. */
async function bulkInsert({ app, parts }: System) {
  const path = { consumer: 'bulk', provider: 'postgres', protocol: 'postgres' } as const
  const url = await urlByLink(app.proxies, path, app.postgres.url)
  await using child = startChild('bulk.ts')
  const all = [...parts, { name: 'load generator', pids: [child.pid] }]
  const { result, usage } = await measured(all, () => child.tell({ url, ...bulk }))
  const { rows, seconds } = z.object({ rows: z.int(), seconds: z.number() }).parse(result)
  expectStored('rows', rows, bulk.batches * bulk.rowsPerBatch)
  return { figures: { bulk: rows / seconds }, usage }
}

async function stored({ app }: System) {
  const [row] = await sql<{ checkouts: number; orders: number }>(
    app,
    `select (select count(*)::int from checkout_orders where status = 'confirmed') as checkouts,
      (select count(*)::int from orders_orders) as orders`,
  )
  return row ?? { checkouts: Number.NaN, orders: Number.NaN }
}

function expectStored(what: string, found: number, acknowledged: number): void {
  if (found >= acknowledged) return
  throw new Error(`expected ${acknowledged} acknowledged ${what} in the database, found ${found}`)
}
