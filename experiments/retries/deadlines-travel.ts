import { delayResponse } from '../../faults/http/delay-response.ts'
import { slowWrites } from '../../faults/postgres-server/slow-writes.ts'
import { at, control, defence, errorRatio, experiment, noLateWork } from '../../lab/index.ts'
import { links, postgresServer } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import { traceOf } from '../../targets/workloads/order-operations.ts'
import { steady } from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'

const standing = { ...twoInstances, peers: ['payments'] } as const
const deadlineMs = 500
// The server is told to stop by a connection of its own, on a machine that may be busy.
const late = { deadlineMs, slackMs: 250 }
const to = (provider: string) => (link: { readonly name: string }) =>
  /^shop-/.test(link.name) && link.name.endsWith(`>${provider}`)
const ordersOnly = ({ f, key }: { readonly f: string; readonly key: string | undefined }) =>
  f === 'order' ? key : undefined
const buying = orders({ perSecond: 16, paying: 1, deadlineMs })

/**
 * A caller waits for half a second. Postgres now takes 600 ms for each product of an order, in the
 * server itself, then the gateway as long for a charge. Whoever works on for people who have
 * gone has less for those who come, who then wait longer: the slowness feeds itself.
 *
 * Scenarios: DAT-05
 */
export default experiment({
  title: 'Nobody works for a caller who has gone',
  because: 'Work that nobody waits for any more is what keeps a slow service from getting well.',
  target: shop(standing),
  steadyState: steady(buying),
  workloads: [buying],
  schedule: [
    at('300ms', slowWrites(postgresServer, 'orders_products', '600ms'), {
      ...{ name: 'database', for: '4s', within: '300ms', least: 15 },
    }),
    // When orders that were placed again are due to be paid for.
    at('7s', delayResponse(links(/^shop-/, 'payments'), '600ms'), {
      ...{ name: 'gateway', for: '3s', within: '300ms', least: 8, leastEach: 2 },
    }),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    // What was charged is written down, whoever waits for it: only what orders send ends with them.
    statements: noLateWork(buying, { ...late, correlate: ordersOnly, links: to('postgres') }),
    charges: noLateWork(buying, { ...late, correlate: traceOf, links: to('payments') }),
  },
  defences: [defence('request-deadline', { breaks: 'statements', mayAlsoBreak: ['charges'] })],
  controls: [
    control('callers whose deadline nobody knows', {
      ...{ breaks: 'charges', mayAlsoBreak: ['statements'] },
      target: shop({ ...standing, config: { defencesOff: ['request-deadline'] } }),
    }),
  ],
})
