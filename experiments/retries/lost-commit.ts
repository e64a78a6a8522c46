import { loseAcknowledgement } from '../../faults/postgres/lose-acknowledgement.ts'
import {
  at,
  control,
  counterBounds,
  defence,
  errorRatio,
  experiment,
  noLostWrites,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import { onePerKey, ordered, steady } from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'

const buying = orders({ perSecond: 25, again: 2, deadlineMs: 3_000 })

/**
 * The order is in the database, and the word that it is never arrives. Whoever takes that for a
 * failure and tries again, the service or the person before it, orders twice, unless the second
 * attempt is known to be the same order. Every fifth COMMIT of the service loses its answer here.
 *
 * Scenarios: ORD-05
 */
export default experiment({
  title: 'An order is placed once, though the answer to its COMMIT is lost',
  because: 'A customer who orders one sofa and gets two sends one back, and does not come again.',
  target: shop(twoInstances),
  steadyState: steady(buying),
  workloads: [buying],
  schedule: [
    at(
      '500ms',
      loseAcknowledgement(links(/^shop-/, 'postgres'), {
        on: { statement: 'COMMIT' },
        hits: { every: 5 },
      }),
      { for: '8s', within: '500ms', name: 'lost', least: 20, leastEach: 8 },
    ),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  tier: 'push',
  abortWhen: [errorRatio(buying).above(0.9).for('10s')],
  checks: {
    // A doubled order, and an answer that names another than the one that is there, both show here.
    onceEach: noLostWrites(buying, onePerKey),
    confirmedStock: counterBounds(buying, ordered),
  },
  defences: [defence('idempotency-keys', { breaks: 'onceEach', mayAlsoBreak: ['confirmedStock'] })],
  controls: [
    control('lost commits that are taken for refusals', {
      ...{ breaks: 'confirmedStock', mayAlsoBreak: ['onceEach'] },
      target: shop({
        ...twoInstances,
        config: { defencesOff: ['proved-outcomes', 'idempotency-keys'] },
      }),
    }),
  ],
})
