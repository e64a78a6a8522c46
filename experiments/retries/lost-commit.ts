import { loseAcknowledgement } from '../../faults/postgres/lose-acknowledgement.ts'
import {
  at,
  atMost,
  conservation,
  counterBounds,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  noLostWrites,
  p95,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { onePerKey, ordered, stockAddsUp } from '../../targets/workloads/order-promises.ts'
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
  target: shop({ postgres: singlePostgres(), redis: singleRedis(), instances: 2 }),
  steadyState: [
    hypothesis('orders are placed quickly', p95(buying), atMost('400ms')),
    hypothesis('nearly every order succeeds', errorRatio(buying), atMost(0.02)),
  ],
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
  abortWhen: [errorRatio(buying).above(0.9).for('10s')],
  checks: {
    onceEach: noLostWrites(buying, onePerKey),
    confirmedStock: counterBounds(buying, ordered),
    stockAddsUp: conservation(buying, stockAddsUp),
  },
  defences: [defence('idempotency-keys', { breaks: 'onceEach', mayAlsoBreak: ['confirmedStock'] })],
})
