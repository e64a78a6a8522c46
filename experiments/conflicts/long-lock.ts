import { heldLock } from '../../faults/postgres-server/held-lock.ts'
import {
  at,
  atMost,
  bystandersUnharmed,
  control,
  defence,
  errorRatio,
  experiment,
  fastRefusals,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
} from '../../lab/index.ts'
import { postgresServer } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { steady } from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'

const deadlineMs = 1_000
const buying = orders({ perSecond: 24, deadlineMs })
// Another route, and other tables of the same database.
const others = checkout({ perSecond: 20 })

/**
 * Somebody locks the table of products in a psql and goes to lunch. Every order waits for that lock,
 * each with a connection of the pool: without a limit on their wait, those who want something else
 * of the same database get none, and one locked table is a locked shop.
 *
 * Scenarios: DAT-03
 */
export default experiment({
  title: 'A table that is locked for ten seconds is refused honestly, and nothing else stops',
  because: 'A forgotten transaction in a console has taken more shops down than any crash.',
  target: shop(twoInstances),
  steadyState: [
    ...steady(buying),
    hypothesis('others are served quickly', p95(others), atMost('500ms')),
  ],
  workloads: [buying, others],
  schedule: [
    at('300ms', heldLock(postgresServer, 'orders_products'), {
      ...{ name: 'lunch', for: '10s', within: '300ms', least: 10 },
    }),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(others).above(0.95).for('15s')],
  checks: {
    // The service's own deadline, and what a busy machine adds on both sides of it.
    honest: honestRefusals(buying, { deadlineMs: deadlineMs + 300 }),
    fast: fastRefusals(buying, { p50AtMost: '150ms' }),
    others: bystandersUnharmed(others, { moreErrors: 0.02, p99SlackMs: 400 }),
    back: recovers(buying, { from: 'lunch', within: '3s' }),
  },
  defences: [
    defence(['pool-limits', 'request-deadline', 'circuit-breaker'], {
      ...{ breaks: 'others', mayAlsoBreak: ['honest', 'fast', 'back'] },
    }),
    defence('request-deadline', { breaks: 'honest', mayAlsoBreak: ['fast', 'others'] }),
    defence('circuit-breaker', { breaks: 'fast', mayAlsoBreak: ['others'] }),
  ],
  controls: [
    control('a breaker that stays open for a quarter of a minute', {
      breaks: 'back',
      target: shop({
        ...twoInstances,
        config: { defenceSettings: { 'circuit-breaker': { resetMs: 15_000 } } },
      }),
    }),
  ],
})
