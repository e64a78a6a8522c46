import { restartWithoutData } from '../../faults/redis-server/restart-without-data.ts'
import {
  answersBelong,
  at,
  atMost,
  conservation,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
  staleness,
} from '../../lab/index.ts'
import { redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { examined, guessing } from '../../targets/workloads/guessing.ts'
import { members } from '../../targets/workloads/members.ts'

const reading = blog({ perSecond: 120, clients: 20 })
const visiting = members({ perSecond: 30 })
const guesses = guessing({ perSecond: 5 })

/**
 * A Redis node that was replaced has nothing in it: no copy, no session, no lock. Whatever must outlive
 * it has to be in Postgres, and what is only convenient must come back by itself.
 *
 * Scenarios: ACC-05, SES-02, SES-04, DAT-08
 */
export default experiment({
  title: 'A Redis that comes back empty costs people a sign-in, and locked names stay locked',
  because: 'Who can make the cache restart must not get five more guesses at every password.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('posts are read quickly', p95(reading), atMost('250ms')),
    hypothesis('nearly every reader is served', errorRatio(reading), atMost(0.01)),
    hypothesis('nearly every member is served', errorRatio(visiting), atMost(0.01)),
  ],
  workloads: [reading, visiting, guesses],
  schedule: [at('2s', restartWithoutData(redisNode), { within: '500ms', least: 8 })],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    locked: conservation(guesses, { read: 'guess', quantity: examined, is: { atMost: 5 } }),
    back: recovers(visiting, { from: 'restartWithoutData', within: '6s' }),
    honest: honestRefusals(visiting, { deadlineMs: 8_000 }),
    theirs: answersBelong(visiting),
    fresh: staleness(reading, { atMost: '5500ms' }),
  },
  defences: [defence('redis-reconnect', { breaks: 'back' })],
  controls: [
    control('names that are locked for two seconds', {
      breaks: 'locked',
      target: twoInstances([], { 'login-throttle': { lockMs: 2_000 } }),
    }),
    control('posts that are kept for ten minutes', {
      breaks: 'fresh',
      target: twoInstances([], { 'post-cache': { ttlMs: 600_000 } }),
    }),
  ],
})
