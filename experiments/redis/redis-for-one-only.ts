import { blackHole } from '../../faults/network/black-hole.ts'
import { staleReply } from '../../faults/redis/stale-reply.ts'
import {
  answersBelong,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
  staleness,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { members } from '../../targets/workloads/members.ts'

const visiting = members({ perSecond: 30 })
const there = blog({ name: 'cut-off', titled: 'there', perSecond: 20, at: 1 })
const here = blog({ name: 'connected', titled: 'here', perSecond: 20, at: 2 })

/**
 * One instance loses its Redis and the other keeps it: the two see different worlds, behind one name.
 * The one that is cut off still serves what needs no Redis, says honestly what it cannot do, and shows
 * nothing that is older than it may be; the other does not notice.
 *
 * Scenarios: API-03, BLG-03, SES-03
 */
export default experiment({
  title: 'An instance that alone has lost Redis is honest, and the other does not notice',
  because: 'A half-broken instance behind a balancer answers every second request of everybody.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('posts are read quickly', p95(here), atMost('250ms')),
    hypothesis('nearly every reader there is served', errorRatio(there), atMost(0.01)),
    hypothesis('nearly every member is served', errorRatio(visiting), atMost(0.01)),
  ],
  workloads: [visiting, there, here],
  schedule: [at('1s', blackHole(links('shop-1', 'redis')), { for: '8s', least: 10 })],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    served: goodput(there, { atLeast: 0.98, answeredWithin: '800ms' }),
    unharmed: goodput(here, { atLeast: 0.99, answeredWithin: '400ms' }),
    fresh: staleness(there, { atMost: '5500ms' }),
    theirs: answersBelong(visiting),
    honest: honestRefusals(visiting, { deadlineMs: 1_300 }),
    back: recovers(visiting, { from: 'blackHole', within: '2s' }),
  },
  defences: [
    defence('redis-reconnect', { breaks: 'back' }),
    defence('cache-budget', { breaks: 'served', mayAlsoBreak: ['honest'] }),
    defence('request-deadline', { breaks: 'honest', mayAlsoBreak: ['served'] }),
  ],
  controls: [
    control('posts that are kept for ten minutes', {
      breaks: 'fresh',
      target: twoInstances([], { 'post-cache': { ttlMs: 600_000 } }),
    }),
    control('replies that are put in the place of others', {
      breaks: 'theirs',
      strikes: [
        at(
          '2s',
          staleReply(links('shop-2', 'redis'), {
            on: { command: 'HGETALL' },
            hits: { every: 5 },
          }),
          { for: '5s' },
        ),
      ],
    }),
    control('the other is cut off, too', {
      breaks: 'unharmed',
      mayAlsoBreak: ['back'],
      strikes: [at('3s', blackHole(links('shop-2', 'postgres')), { for: '3s' })],
    }),
  ],
})
