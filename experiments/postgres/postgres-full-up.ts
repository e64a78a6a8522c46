import { down } from '../../faults/network/down.ts'
import { heldLock } from '../../faults/postgres-server/held-lock.ts'
import { readOnlyMode } from '../../faults/postgres-server/read-only-mode.ts'
import { slotsUsedUp } from '../../faults/postgres-server/slots-used-up.ts'
import { terminateBackends } from '../../faults/postgres-server/terminate-backends.ts'
import {
  after,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  longestOutage,
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
 * Somebody else's pools leak, until the server has no slot left. What connections an instance has it
 * keeps, and when it needs more than those (here since whoever writes has to wait for a lock) it is
 * refused one. Both instances must go on with what they have, and grow again afterwards.
 * Scenarios: DAT-03
 */
export default experiment({
  title: 'A database without a free slot refuses some, honestly, and no instance starves',
  because:
    'Slots run out when all are busiest. An instance that is given none must not wait for ever, nor for long.',
  target: shop({
    // A server with more slots than the pools take on a quiet day, and pools that may take more.
    postgres: singlePostgres({ settings: { max_connections: '40' } }),
    ...{ redis: singleRedis(), instances: 2, poolSize: 30 },
  }),
  steadyState: [hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01))],
  baseline: '3s',
  workloads: [buying],
  schedule: [
    // So the pools are small: they have what they needed since.
    at('200ms', terminateBackends(postgresServer), { least: 2 }),
    at('500ms', heldLock(postgresServer, 'checkout_orders', 'share row exclusive'), {
      ...{ name: 'busy', for: '2500ms', least: 10 },
    }),
    after('busy', '0ms', slotsUsedUp(postgresServer), { name: 'full', for: '5s', least: 10 }),
  ],
  duration: '10s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    // Half a second more than elsewhere for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(buying, { deadlineMs: checkoutDeadlineMs + 500 }),
    // The lock is held for 2.5 s; then there are still no slots, but connections.
    starving: longestOutage(buying, { atMost: '4s', by: seatOf(2) }),
    back: recovers(buying, { from: 'full', within: '2s', by: seatOf(2) }),
  },
  // Either alone bounds the waiting.
  defences: [defence(['pool-limits', 'request-deadline'], { breaks: 'honest' })],
  controls: [
    control('an instance that loses the connections it has', {
      breaks: 'starving',
      strikes: [after('full', '0ms', down(links('shop-2', 'postgres')), { for: '6s' })],
      mayAlsoBreak: ['back'],
    }),
    control('a server that stays closed for writes', {
      breaks: 'back',
      strikes: [
        after('full', '500ms', readOnlyMode(postgresServer), { once: 'healed', for: '3s' }),
      ],
    }),
  ],
})
