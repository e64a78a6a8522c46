import { halfOpen } from '../../faults/network/half-open.ts'
import { latency } from '../../faults/network/latency.ts'
import {
  at,
  atMost,
  backToBaseline,
  control,
  defence,
  deliveredWithin,
  errorRatio,
  experiment,
  hypothesis,
  landedLetGo,
  noGapsNoDuplicates,
  type Target,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'

const heartbeatMs = 2_000
const standing = { postgres: singlePostgres(), redis: singleRedis(), instances: 2 }
const chatting = chat({ connections: 60, perSecond: 20, channels: 6, heartbeatMs })
const beating = (everyMs: number): Target<Shop> =>
  shop({ ...standing, config: { defenceSettings: { 'websocket-heartbeat': { everyMs } } } })

const present = (number: number, left: 'client' | 'server') =>
  halfOpen(links('client', `shop-${number}.realtime`), { which: 'present', left })

/**
 * A phone goes into a tunnel, a NAT table is flushed: TCP tells nobody. The people of instance 2 talk
 * to an instance that is no longer there for them; instance 1 keeps sockets whose people have long come
 * back on others, which no traffic can see. Neither side gets help: healing is silent.
 * Scenarios: WS-01, WS-04, WS-05
 */
export default experiment({
  title: 'A dead peer is noticed by both sides of a web socket',
  because: 'Who does not notice waits for good, and what is kept for the dead fills an instance.',
  target: beating(heartbeatMs),
  steadyState: [
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
  ],
  workloads: [chatting],
  schedule: [
    at('500ms', present(2, 'client'), { name: 'dead-1', for: '8500ms', least: 15 }),
    // Two heartbeats, and half a second for a busy machine: by then the lab heals it, and counts.
    at('4500ms', present(1, 'server'), { name: 'dead-2', for: '4500ms', least: 15 }),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(chatting).above(0.95).for('15s')],
  checks: {
    // People listen for two and a half heartbeats.
    letGo: landedLetGo({ from: 'dead', within: '6s' }),
    freed: backToBaseline('shop-1', 'webSockets', { within: '200ms' }),
    back: deliveredWithin(chatting, { from: 'dead-1', within: '7s', unaided: true, atMost: '1s' }),
    inOrder: noGapsNoDuplicates(chatting),
  },
  defences: [
    defence('websocket-heartbeat', { breaks: 'letGo', mayAlsoBreak: ['freed'] }),
    defence('websocket-resume', { breaks: 'inOrder' }),
  ],
  controls: [
    control('a heart that beats three times as slowly', {
      breaks: 'freed',
      mayAlsoBreak: ['letGo'],
      target: beating(3 * heartbeatMs),
    }),
    control('frames that are a second and a half on their way', {
      breaks: 'back',
      strikes: [at('0s', latency(links('client', 'shop-1.realtime'), '1500ms'), { for: '9s' })],
    }),
  ],
})
