import { doublePubSub } from '../../faults/redis/double-pub-sub.ts'
import { dropPubSub } from '../../faults/redis/drop-pub-sub.ts'
import { reorderPubSub } from '../../faults/redis/reorder-pub-sub.ts'
import {
  at,
  atMost,
  control,
  defence,
  deliveredWithin,
  errorRatio,
  experiment,
  hypothesis,
  noGapsNoDuplicates,
  p95,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'

const standing = { postgres: singlePostgres(), redis: singleRedis(), instances: 2 }
const chatting = chat({ connections: 40, perSecond: 30, channels: 4 })
const subscribers = links(/^shop-\d+$/, 'redis')

/**
 * Redis promises nothing about what it publishes: a message may be lost, and one that is retried on the
 * way may come twice or late. Here every third announcement is lost, every fourth comes twice, every
 * fifth behind the next one, and often several of these at once. Postgres knows what is true.
 * Scenarios: WS-02
 */
export default experiment({
  title: 'A message that Redis lost, doubled or reordered is seen right all the same',
  because:
    'Pub/sub is at most once, and somebody who missed one line of a talk answers the wrong one.',
  target: shop(standing),
  steadyState: [
    hypothesis('messages are confirmed quickly', p95(chatting), atMost('400ms')),
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
  ],
  workloads: [chatting],
  schedule: [
    at('500ms', dropPubSub(subscribers, { hits: { every: 3 } }), { for: '8s', least: 15 }),
    at('500ms', doublePubSub(subscribers, { hits: { every: 4 } }), { for: '8s', least: 15 }),
    at('500ms', reorderPubSub(subscribers, { hits: { every: 5 } }), { for: '8s', least: 15 }),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(chatting).above(0.95).for('15s')],
  checks: {
    inOrder: noGapsNoDuplicates(chatting),
    // What is lost is found at the next look into Postgres, half a second later at most.
    inTime: deliveredWithin(chatting, {
      from: 'drop-pub-sub',
      within: '500ms',
      unaided: true,
      atMost: '1500ms',
    }),
  },
  defences: [defence('websocket-resume', { breaks: 'inOrder', mayAlsoBreak: ['inTime'] })],
  controls: [
    control('a service that looks into Postgres every 20 s and waits 5 s for a gap to close', {
      breaks: 'inTime',
      target: shop({
        ...standing,
        config: { defenceSettings: { 'websocket-resume': { pollMs: 20_000, gapMs: 5_000 } } },
      }),
    }),
  ],
})
