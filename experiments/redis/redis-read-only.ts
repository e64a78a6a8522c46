import { down } from '../../faults/network/down.ts'
import { demoted } from '../../faults/redis-server/demoted.ts'
import {
  alertFires,
  at,
  atMost,
  bystandersUnharmed,
  calmReconnects,
  control,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  staleness,
} from '../../lab/index.ts'
import { links, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { areServed } from '../../targets/workloads/reader-promises.ts'

const reading = blog({ perSecond: 30 })
const buying = checkout({ perSecond: 10 })
const toRedis = /^shop-\d+>redis$/

/**
 * After a failover somebody else is the primary, and the old one still answers: reads as before,
 * writes by READONLY. Who looks for the new primary at every refused write closes the connection on
 * which everybody reads, and takes a working cache down with it.
 *
 * Scenarios: BLG-03, PLT-04
 */
export default experiment({
  title: 'A demoted Redis refuses writes and takes no read down',
  because: 'Ten refused writes a second must not cost the thirty readers their connection.',
  target: twoInstances([]),
  steadyState: [
    ...areServed(reading),
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
  ],
  workloads: [reading, buying],
  schedule: [at('1s', demoted(redisNode), { for: '6s', least: 20 })],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(reading).above(0.9).for('10s')],
  checks: {
    reads: bystandersUnharmed(reading, { p99SlackMs: 150 }),
    // Each of an instance's connections may look once in a second, and less often later.
    reconnects: calmReconnects({
      atMost: 6,
      within: '1s',
      links: ({ name }) => toRedis.test(name),
    }),
    // No copy can be declared old meanwhile: it ends by itself.
    stale: staleness(reading, { atMost: '5500ms' }),
    noticed: alertFires({ name: 'ErrorBudgetBurnFast', within: '8s', resolvesWithin: '9s' }),
  },
  defences: [defence('readonly-reconnect', { breaks: 'reconnects', mayAlsoBreak: ['reads'] })],
  controls: [
    control('posts that are kept for ten minutes', {
      breaks: 'stale',
      target: twoInstances([], { 'post-cache': { ttlMs: 600_000 } }),
    }),
    control('a database that is away too', {
      breaks: 'reads',
      mayAlsoBreak: ['stale'],
      strikes: [at('3s', down(links(/^shop-/, 'postgres')), { for: '2s' })],
    }),
  ],
})
