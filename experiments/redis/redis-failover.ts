import { blackHole } from '../../faults/network/black-hole.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  at,
  atMost,
  attemptsPerRequest,
  breaker,
  control,
  defence,
  equals,
  errorRatio,
  experiment,
  fastRefusals,
  honestRefusals,
  hypothesis,
  longestOutage,
  noGapsNoDuplicates,
  noLostWrites,
  p95,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { sentinel } from '../../targets/shop/redis-layouts.ts'
import { primary, replicaCount, replication } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'
import {
  checkout,
  checkoutDeadlineMs,
  promisedTotal,
  sessionKey,
} from '../../targets/workloads/checkout.ts'

const standing = {
  postgres: singlePostgres(),
  redis: sentinel({ replicas: 2, sentinels: 3 }),
  instances: 2,
}
const toRedis = /^shop-\d+>redis-/
const buying = checkout({ perSecond: 40 })
const chatting = chat({ connections: 50, perSecond: 20 })

/**
 * A plain kill of a Redis primary loses nothing that could be noticed: its replicas are a fraction of
 * a millisecond behind. So the primary is first cut off from its peers, goes on alone for a second,
 * and dies with what only it knew. Whoever confirmed a write without asking the replicas has lied.
 */
export default experiment({
  title: 'A Redis failover loses no confirmed write and no chat message',
  because:
    'Checkout ships goods on a session write that all replicas confirmed. Losing one ships them unpaid.',
  target: shop(standing),
  steadyState: [
    hypothesis('both replicas follow the primary', replicaCount, equals(2)),
    hypothesis('checkout answers quickly', p95(buying), atMost('250ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
  ],
  workloads: [buying, chatting],
  schedule: [
    at('2s', blackHole(replication), { for: '5s', within: '1s' }),
    at('4s', kill(primary), { for: '3s', within: '500ms' }),
  ],
  recoverWithin: '15s',
  tier: 'push',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    kept: noLostWrites(buying, { write: 'checkout', promised: promisedTotal }),
    inOrder: noGapsNoDuplicates(chatting),
    outage: longestOutage(buying, { atMost: '10s' }),
    restraint: attemptsPerRequest(buying, {
      atMost: 3,
      correlate: sessionKey,
      links: link => toRedis.test(link.name),
      counts: event => event.message === 'SET',
    }),
    alone: breaker({
      name: 'redis-writes',
      links: link => toRedis.test(link.name),
      // It guards the writes of sessions, neither reads nor what chat writes on the same links.
      guards: (instance, { link, message, key }) =>
        link.startsWith(`${instance}>`) &&
        message === 'SET' &&
        key?.startsWith('session:') === true,
      // A probe is one checkout, which tries three times.
      probes: 3,
      openAtLeastMs: 800,
    }),
    honest: honestRefusals(buying, { deadlineMs: checkoutDeadlineMs }),
    fastRefusal: fastRefusals(buying, { p50AtMost: '100ms' }),
  },
  defences: [
    defence('confirmed-writes', { breaks: 'kept' }),
    defence('websocket-resume', { breaks: 'inOrder' }),
    defence('redis-reconnect', { breaks: 'outage', mayAlsoBreak: ['kept'] }),
    defence('retry-budget', { breaks: 'restraint', mayAlsoBreak: ['alone', 'fastRefusal'] }),
    defence('request-deadline', { breaks: 'honest', mayAlsoBreak: ['fastRefusal'] }),
    defence('circuit-breaker', { breaks: 'fastRefusal' }),
  ],
  controls: [
    control('a breaker that opens for 200 ms', {
      breaks: 'alone',
      mayAlsoBreak: ['restraint', 'fastRefusal'],
      target: shop({
        ...standing,
        config: { defenceSettings: { 'circuit-breaker': { resetMs: 200 } } },
      }),
    }),
  ],
})
