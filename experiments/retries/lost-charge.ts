import { delayResponse } from '../../faults/http/delay-response.ts'
import { loseResponse } from '../../faults/http/lose-response.ts'
import {
  at,
  conservation,
  control,
  defence,
  equals,
  errorRatio,
  experiment,
  hypothesis,
  noLostWrites,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import {
  noneInDoubt,
  oneCharge,
  soundOrders,
  steady,
} from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'
import { paymentsInDoubt } from '../../targets/workloads/payments-in-doubt.ts'

const standing = {
  ...twoInstances,
  workers: 1,
  peers: ['payments'],
  // Asked about soon, so that a run of half a minute sees the end of it.
  config: { defenceSettings: { 'payment-reconciliation': { retryMs: 1_000 } } },
} as const
const toGateway = links(/^shop-/, 'payments')
const charges = { on: { route: 'POST /charges' } }
const buying = orders({ perSecond: 24, paying: 1, deadlineMs: 2_000 })

/**
 * The gateway has charged the card, and the shop never hears of it, or hears of it when it has just
 * given up (after 400 ms). Asked again it must know the order again, and what is in doubt must be
 * found out by somebody: neither a second charge nor a cancelled order that was paid for.
 *
 * Scenarios: ORD-04
 */
export default experiment({
  title: "A card is charged once, though the gateway's answer is lost or late",
  because: 'Who was charged twice calls the bank, and who was charged for nothing calls a lawyer.',
  target: shop(standing),
  steadyState: [
    ...steady(buying),
    hypothesis('no payment stays in doubt', paymentsInDoubt, equals(0)),
  ],
  workloads: [buying],
  schedule: [
    at('300ms', loseResponse(toGateway, { ...charges, hits: { every: 2 } }), {
      ...{ name: 'lost', for: '3s', within: '300ms', least: 10, leastEach: 3 },
    }),
    at('4s', delayResponse(toGateway, '370ms', charges), {
      ...{ name: 'just in time', for: '2500ms', least: 10, leastEach: 3 },
    }),
    at('7s', delayResponse(toGateway, '430ms', charges), {
      ...{ name: 'just too late', for: '2500ms', least: 10, leastEach: 3 },
    }),
  ],
  baseline: '4s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.9).for('10s')],
  checks: {
    chargedOnce: noLostWrites(buying, oneCharge),
    sound: conservation(buying, soundOrders),
    noneInDoubt: conservation(buying, noneInDoubt),
  },
  defences: [
    defence('payment-idempotency', { breaks: 'chargedOnce', mayAlsoBreak: ['sound'] }),
    defence('payment-reconciliation', { breaks: 'sound', mayAlsoBreak: ['chargedOnce'] }),
  ],
  controls: [
    control('nobody who asks again', {
      ...{ breaks: 'noneInDoubt', mayAlsoBreak: ['sound', 'chargedOnce'] },
      target: shop({ ...standing, workers: 0 }),
    }),
  ],
})
