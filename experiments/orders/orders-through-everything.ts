import { loseResponse } from '../../faults/http/lose-response.ts'
import { down } from '../../faults/network/down.ts'
import { latency } from '../../faults/network/latency.ts'
import { loseAcknowledgement } from '../../faults/postgres/lose-acknowledgement.ts'
import { terminateBackends } from '../../faults/postgres-server/terminate-backends.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  at,
  conservation,
  control,
  counterBounds,
  defence,
  errorRatio,
  experiment,
  noLostWrites,
} from '../../lab/index.ts'
import { instance, links, postgresServer } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import {
  noneInDoubt,
  oneCharge,
  onePerKey,
  ordered,
  soundOrders,
  steady,
  stockAddsUp,
} from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'

const buying = orders({ perSecond: 20, paying: 0.5, cancelling: 0.2, again: 2, deadlineMs: 3_000 })
// Payments in doubt are asked about soon, so that a run of half a minute sees the end of them.
const target = (retryMs = 1_000, off: { readonly defencesOff?: readonly string[] } = {}) =>
  shop({
    ...{ ...twoInstances, workers: 1, peers: ['payments'] },
    config: { defenceSettings: { 'payment-reconciliation': { retryMs } }, ...off },
  })
const toPostgres = links(/^shop-/, 'postgres')
const within = '500ms'

/**
 * An order goes from placed to paid or cancelled, and each step can be cut off in the middle. One fault
 * after the other, each moved by the seed: whatever it hits, an order is placed once, charged once,
 * numbered once, and its goods are counted.
 *
 * Scenarios: ORD-01, ORD-02, ORD-06
 */
export default experiment({
  title: 'An order survives any one of six faults, each at a step that chance chooses',
  because: 'Each step was tested against its own fault; customers meet all of them in one week.',
  target: target(),
  steadyState: steady(buying),
  workloads: [buying],
  schedule: [
    at('500ms', latency(toPostgres, '80ms'), { for: '1500ms', within }),
    at('3s', loseAcknowledgement(toPostgres, { on: { statement: 'COMMIT' }, hits: { every: 5 } }), {
      ...{ name: 'lost', for: '2s', within, least: 3 },
    }),
    at('6s', kill(instance(1)), { for: '1s', within }),
    at('9s', terminateBackends(postgresServer), { within, least: 2 }),
    // All of them, so that no further attempt finds out what became of the first.
    at('10500ms', loseResponse(links(/^shop-/, 'payments')), { for: '2s', within, least: 3 }),
    at('13500ms', down(links(/^shop-/, 'redis')), { for: '1500ms', within }),
  ],
  baseline: '4s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    onceEach: noLostWrites(buying, onePerKey),
    chargedOnce: noLostWrites(buying, oneCharge),
    sound: conservation(buying, soundOrders),
    noneInDoubt: conservation(buying, noneInDoubt),
    confirmedStock: counterBounds(buying, ordered),
    stockAddsUp: conservation(buying, stockAddsUp),
  },
  defences: [
    defence('idempotency-keys', { breaks: 'onceEach', mayAlsoBreak: ['confirmedStock'] }),
    defence('payment-idempotency', { breaks: 'chargedOnce', mayAlsoBreak: ['sound'] }),
    // Nobody asks later: what is in doubt counts as declined, and was charged.
    defence('payment-reconciliation', {
      ...{ breaks: 'sound', mayAlsoBreak: ['chargedOnce', 'confirmedStock'] },
    }),
    // Where the stock has less than was reserved, a payment that was charged is answered by 422.
    defence('stock-lock', {
      ...{ breaks: 'confirmedStock', mayAlsoBreak: ['stockAddsUp', 'chargedOnce'] },
    }),
  ],
  controls: [
    control('payments in doubt that nobody looks into for a minute', {
      ...{ breaks: 'noneInDoubt', mayAlsoBreak: ['chargedOnce'], target: target(60_000) },
    }),
    control('two who take from the same stock', {
      ...{ breaks: 'stockAddsUp', mayAlsoBreak: ['confirmedStock', 'chargedOnce'] },
      target: target(1_000, { defencesOff: ['stock-lock'] }),
    }),
  ],
})
