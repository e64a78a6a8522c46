import { hangingUp } from '../../faults/clients/hanging-up.ts'
import { delayReply } from '../../faults/redis/delay-reply.ts'
import { staleReply } from '../../faults/redis/stale-reply.ts'
import {
  answersBelong,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  p95,
} from '../../lab/index.ts'
import { entrance, links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { members } from '../../targets/workloads/members.ts'

const visiting = members({ perSecond: 60, deadlineMs: 400 })
const redisOfAll = links(/^shop-/, 'redis')
const hasty = { clients: 3, after: '5ms', path: '/v1/posts/none' } as const

/**
 * All callers of an instance share its connections to Redis. Whoever stops waiting leaves a reply on one
 * that is used again; who then takes the next reply for theirs shows one person what is another's.
 *
 * Scenarios: SES-03
 */
export default experiment({
  title: 'Who hangs up or is timed out leaves no answer for somebody else',
  because:
    'One reply that is read too late, and everybody after it sees the page of the one before.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('members are served quickly', p95(visiting), atMost('250ms')),
    hypothesis('nearly every member is served', errorRatio(visiting), atMost(0.01)),
  ],
  workloads: [visiting],
  schedule: [
    // Longer than the caller's deadline for one in ten, and shorter for others.
    at('1s', delayReply(redisOfAll, '600ms', { hits: { probability: 0.02 } }), {
      for: '8s',
      least: 20,
    }),
    at('1s', hangingUp(entrance(1), hasty), { for: '8s', least: 20 }),
    at('1s', hangingUp(entrance(2), hasty), { for: '8s', least: 20 }),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    theirs: answersBelong(visiting),
    honest: honestRefusals(visiting, { deadlineMs: 700 }),
  },
  defences: [defence('request-deadline', { breaks: 'honest' })],
  controls: [
    control('replies that are put in the place of others', {
      breaks: 'theirs',
      strikes: [
        at('2s', staleReply(redisOfAll, { on: { command: 'HGETALL' }, hits: { every: 5 } }), {
          for: '5s',
        }),
      ],
    }),
  ],
})
