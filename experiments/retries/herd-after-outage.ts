import { kill } from '../../faults/process/kill.ts'
import {
  at,
  atMost,
  calmReconnects,
  control,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  noGapsNoDuplicates,
  recovers,
  spreadConnects,
  type Target,
} from '../../lab/index.ts'
import type { RedisNode } from '../../targets/runtime/redis-node.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { redisServer } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'
import { checkout } from '../../targets/workloads/checkout.ts'

const reconnecting = (settings = {}): Target<Shop<RedisNode>> =>
  shop({
    ...{ postgres: singlePostgres(), redis: singleRedis(), instances: 4 },
    config: { defenceSettings: { 'redis-reconnect': settings } },
  })
const buying = checkout({ perSecond: 30 })
const chatting = chat({ connections: 300, perSecond: 5, channels: 30 })
const links = ({ name }: { readonly name: string }) => /^shop-\d+>redis$/.test(name)

/**
 * Four instances with six connections each lose Redis in one moment, so all of them try again, and again.
 * Whoever does so too often, or in step with the others, is what the next Redis dies of. With full jitter a
 * single wait says nothing: that they grow shows in how many there are in a second.
 * Scenarios: DAT-04, SES-01, WS-07
 */
export default experiment({
  title: 'After an outage of Redis nobody comes back at the same moment',
  because: 'A server that has just come back is at its weakest, and a herd takes it down again.',
  target: reconnecting(),
  steadyState: [hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01))],
  workloads: [buying, chatting],
  schedule: [at('500ms', kill(redisServer), { for: '5s', within: '500ms', least: 24 })],
  baseline: '3s',
  // Somebody must still ask three seconds after Redis is there again.
  duration: '10s',
  recoverWithin: '15s',
  tier: 'push',
  abortWhen: [errorRatio(buying).above(0.95).for('20s')],
  checks: {
    // Six clients that wait 0.3 s in the mean make 20; without growth they would make 80.
    grows: calmReconnects({ links, atMost: 38, within: '1s', after: '1s' }),
    // Of 350 some 15; in step the 24 clients are half of all that come.
    spread: spreadConnects({ links, atMost: 0.12, within: '100ms', after: '1s' }),
    back: recovers(buying, { from: 'kill', within: '3s' }),
    inOrder: noGapsNoDuplicates(chatting),
  },
  defences: [
    defence('redis-reconnect', { breaks: 'back' }),
    defence('websocket-resume', { breaks: 'inOrder' }),
  ],
  controls: [
    control('a back-off that does not grow', {
      breaks: 'grows',
      target: reconnecting({ capMs: 50 }),
    }),
    control('a back-off without jitter', {
      breaks: 'spread',
      target: reconnecting({ baseMs: 2_000, capMs: 0 }),
    }),
  ],
})
