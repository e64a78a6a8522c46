import { closeConnections } from '../../faults/network/close-connections.ts'
import { latency } from '../../faults/network/latency.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  alertFires,
  at,
  atMost,
  calmReconnects,
  control,
  defence,
  deliveredWithin,
  errorRatio,
  every,
  experiment,
  hypothesis,
  noGapsNoDuplicates,
  p95,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { instance, links } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'

const chatting = chat({ connections: 300, perSecond: 20, channels: 15 })
const toSockets = /^client>shop-\d+\.realtime$/

/**
 * Half of the people are at one instance when it dies without a goodbye. They find the other one by
 * themselves, tell it the last message they have seen, and are told what they missed meanwhile.
 * Scenarios: WS-02, WS-03, WS-05
 */
export default experiment({
  title: 'People whose instance dies miss no message and see none twice',
  because:
    'A crash of one process is the most ordinary failure there is, and 150 people are talking on it.',
  target: shop({ postgres: singlePostgres(), redis: singleRedis(), instances: 2 }),
  steadyState: [
    hypothesis('messages are confirmed quickly', p95(chatting), atMost('400ms')),
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
  ],
  workloads: [chatting],
  schedule: [at('500ms', kill(instance(1)), { for: '10s', within: '500ms', least: 100 })],
  baseline: '3s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(chatting).above(0.95).for('15s')],
  checks: {
    inOrder: noGapsNoDuplicates(chatting),
    // All 150 replay what they missed at once; whom the pool cannot serve in time is told to come again.
    back: deliveredWithin(chatting, { from: 'kill', within: '8s', unaided: true, atMost: '1s' }),
    restraint: calmReconnects({
      atMost: 225,
      within: '1s',
      links: link => toSockets.test(link.name),
    }),
    noticed: alertFires({ name: 'InstanceDown', within: '6s', resolvesWithin: '6s' }),
  },
  defences: [defence('websocket-resume', { breaks: 'inOrder' })],
  controls: [
    control('frames that are a second and a half on their way', {
      breaks: 'back',
      strikes: [at('0s', latency(links('client', /\.realtime$/), '1500ms'), { for: '12s' })],
    }),
    control('a network that drops everybody, again and again', {
      breaks: 'restraint',
      mayAlsoBreak: ['back'],
      strikes: every('500ms', 8, closeConnections(links(/^client$/, /\.realtime$/)), {
        from: '2s',
        for: '100ms',
      }),
    }),
  ],
})
