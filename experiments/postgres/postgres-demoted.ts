import { readOnly } from '../../faults/postgres/read-only.ts'
import { heldLock } from '../../faults/postgres-server/held-lock.ts'
import {
  after,
  at,
  atMost,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  recovers,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links, postgresServer } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { checkout, checkoutDeadlineMs } from '../../targets/workloads/checkout.ts'
import { seatOf } from '../../targets/workloads/endpoints.ts'

const buying = checkout({ perSecond: 40, stays: true })

/**
 * After a failover behind a name, connections that are open still lead to the old primary, which is a
 * standby now: it answers all they ask, and refuses each write. New connections are fine. A pool
 * that keeps what answers never leaves it.
 * Scenarios: DAT-03
 */
export default experiment({
  title: 'A pool leaves a primary that was demoted, and tells nobody of a server error',
  because:
    'Such connections are healthy by every sign but one. A pool that kept them would refuse every order until somebody restarted it.',
  target: shop({ postgres: singlePostgres(), redis: singleRedis(), instances: 2 }),
  steadyState: [hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01))],
  baseline: '3s',
  workloads: [buying],
  schedule: [
    // Whoever writes waits, on a connection each: so the pools are full, by ten for an instance.
    at('500ms', heldLock(postgresServer, 'checkout_orders', 'share row exclusive'), {
      ...{ name: 'fill', for: '600ms', least: 16 },
    }),
    after('fill', '500ms', readOnly(links(/^shop-/, 'postgres'), { which: 'present' }), {
      ...{ once: 'healed', name: 'demoted', for: '5s', leastEach: 1 },
    }),
  ],
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    back: recovers(buying, { from: 'demoted', within: '2s', unaided: true, by: seatOf(2) }),
    // Half a second more than elsewhere for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(buying, { deadlineMs: checkoutDeadlineMs + 500 }),
  },
  defences: [
    defence('pool-liveness', { breaks: 'back' }),
    defence('error-classes', { breaks: 'honest' }),
  ],
})
