import { diskFull } from '../../faults/disk/disk-full.ts'
import { readOnlyMode } from '../../faults/postgres-server/read-only-mode.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  after,
  alertFires,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  honestRefusals,
  hypothesis,
  recovers,
} from '../../lab/index.ts'
import { postgresOnSmallDisk } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { postgresDisk, postgresPart, postgresServer } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { checkout, checkoutDeadlineMs } from '../../targets/workloads/checkout.ts'
import { lookups } from '../../targets/workloads/lookups.ts'

const buying = checkout({ perSecond: 40 })
const looking = lookups({ perSecond: 20 })

/**
 * A disk fills up one night. The file system is a small one of its own, and really full: the server
 * cannot add a page to a table any more, and says so to whoever writes. Then somebody deletes
 * something, and nobody restarts anything.
 * Scenarios: PLT-05
 */
export default experiment({
  title: 'A full disk of the database refuses who writes, honestly, and nobody else',
  because:
    'A disk that is full is noticed by a person, hours later. Until then the shop can be looked at, or be down.',
  target: shop({
    postgres: postgresOnSmallDisk(128 * 1024 * 1024),
    ...{ redis: singleRedis(), instances: 2 },
  }),
  steadyState: [
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
    hypothesis('nearly every order is found', errorRatio(looking), atMost(0.01)),
  ],
  baseline: '3s',
  workloads: [buying, looking],
  // Until the pages that are there are used up, some are still accepted.
  schedule: [at('500ms', diskFull(postgresDisk), { for: '7s', name: 'full', least: 20 })],
  duration: '12s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(looking).above(0.95).for('15s')],
  checks: {
    // Half a second more than elsewhere for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(buying, { deadlineMs: checkoutDeadlineMs + 500 }),
    reads: goodput(looking, { atLeast: 0.98, during: 'full' }),
    back: recovers(buying, { from: 'full', within: '2s' }),
    noticed: alertFires({ name: 'ErrorBudgetBurnFast', within: '7s', resolvesWithin: '9s' }),
  },
  defences: [defence('error-classes', { breaks: 'honest' })],
  controls: [
    control('a server that ends of it', {
      breaks: 'reads',
      strikes: [after('full', '2s', kill(postgresPart), { for: '2s' })],
    }),
    control('a server that stays closed for writes', {
      breaks: 'back',
      strikes: [
        after('full', '500ms', readOnlyMode(postgresServer), { once: 'healed', for: '3500ms' }),
      ],
    }),
  ],
})
