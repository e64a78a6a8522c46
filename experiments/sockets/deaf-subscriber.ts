import { halfOpen } from '../../faults/network/half-open.ts'
import {
  alertFires,
  at,
  atMost,
  defence,
  deliveredWithin,
  errorRatio,
  experiment,
  hypothesis,
  noGapsNoDuplicates,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'

const chatting = chat({ connections: 40, perSecond: 20, channels: 4 })

/**
 * A subscriber never sends and is often told nothing, so when its connection dies without a word it
 * waits for good, and so do its people. Whoever looks into the database now and then only hides it: here
 * that happens once a minute, so what is told in time was told by Redis.
 * Scenarios: WS-07
 */
export default experiment({
  title: 'A subscriber whose connection died silently hears again by itself',
  because: 'Its instance looks healthy, confirms every message, and delivers none.',
  target: shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 2,
    config: { defenceSettings: { 'websocket-resume': { pollMs: 60_000 } } },
  }),
  steadyState: [
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
  ],
  workloads: [chatting],
  schedule: [
    // Of each instance the subscriber's connection, and those that publish and write.
    at('500ms', halfOpen(links(/^shop-\d+$/, 'redis'), { which: 'present' }), {
      for: '8s',
      within: '1s',
      leastEach: 6,
    }),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(chatting).above(0.95).for('15s')],
  checks: {
    // It is asked every 2 s, may take 1 s to answer, and then connects and subscribes anew.
    hears: deliveredWithin(chatting, {
      from: 'halfOpen',
      within: '5s',
      unaided: true,
      atMost: '500ms',
    }),
    inOrder: noGapsNoDuplicates(chatting),
    noticed: alertFires({ name: 'SubscriberDeaf', within: '7s', resolvesWithin: '9s' }),
  },
  defences: [
    defence('subscriber-ping', { breaks: 'hears', mayAlsoBreak: ['inOrder', 'noticed'] }),
    defence('websocket-resume', { breaks: 'inOrder' }),
  ],
})
