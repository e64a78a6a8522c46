import { down } from '../../faults/network/down.ts'
import { reset } from '../../faults/network/reset.ts'
import { memoryFull } from '../../faults/redis-server/memory-full.ts'
import {
  at,
  atMost,
  bystandersUnharmed,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  recovers,
  requestsPerStrike,
} from '../../lab/index.ts'
import { links, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { checkout, checkoutDeadlineMs } from '../../targets/workloads/checkout.ts'
import { areServed } from '../../targets/workloads/reader-promises.ts'

// Nothing is changed: each copy stands when the memory fills, and is loaded anew as it ends.
const reading = blog({ perSecond: 30, changes: 0 })
const buying = checkout({ perSecond: 40 })
const toRedis = /^shop-\d+>redis$/

/**
 * A Redis whose memory is full refuses what would need more and serves the rest. Who takes that for an
 * outage takes the reads down; who tries every write again makes the full one busy, too.
 *
 * Scenarios: BLG-03, PLT-04
 */
export default experiment({
  title: 'A full Redis refuses writes honestly, is left alone, and takes no read down',
  because: 'Memory fills up on the busiest day, and then every second write is tried three times.',
  target: twoInstances([]),
  steadyState: [
    ...areServed(reading),
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
  ],
  workloads: [reading, buying],
  schedule: [at('1s', memoryFull(redisNode), { for: '6s', least: 20 })],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(reading).above(0.9).for('10s')],
  checks: {
    reads: bystandersUnharmed(reading, { p99SlackMs: 150 }),
    honest: honestRefusals(buying, { deadlineMs: checkoutDeadlineMs }),
    back: recovers(buying, { from: 'memoryFull', within: '3s' }),
    // Two breakers: eight to open each, then a probe a second, which tries three times.
    alone: requestsPerStrike({
      from: 'memoryFull',
      within: '6s',
      atMost: 90,
      links: ({ name }) => toRedis.test(name),
      counts: ({ message, key }) => message === 'SET' && key?.startsWith('session:') === true,
    }),
  },
  defences: [defence('circuit-breaker', { breaks: 'alone' })],
  controls: [
    control('connections of callers that are reset', {
      breaks: 'honest',
      mayAlsoBreak: ['reads', 'back'],
      strikes: [at('2s', reset(links('client', /\.api$/)), { for: '1s' })],
    }),
    control('an instance that stays without its Redis', {
      breaks: 'back',
      mayAlsoBreak: ['reads', 'alone'],
      strikes: [at('2s', down(links('shop-1', 'redis')), { for: '10s' })],
    }),
    control('a database that is away too', {
      breaks: 'reads',
      strikes: [at('3s', down(links(/^shop-/, 'postgres')), { for: '2s' })],
    }),
  ],
})
