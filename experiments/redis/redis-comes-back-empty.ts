import { down } from '../../faults/network/down.ts'
import { staleReply } from '../../faults/redis/stale-reply.ts'
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
  goodput,
  hypothesis,
  recovers,
} from '../../lab/index.ts'
import { links, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { examined, guessing } from '../../targets/workloads/guessing.ts'
import { members } from '../../targets/workloads/members.ts'
import { areServed } from '../../targets/workloads/reader-promises.ts'

// Nobody writes: an author whose session is gone would have to sign in, too.
const reading = blog({ perSecond: 120, changes: 0, clients: 20 })
const visiting = members({ perSecond: 30 })
const repliesOfAll = { on: { command: 'HGETALL' }, hits: { every: 5 } }
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
    ...areServed(reading),
    hypothesis('nearly every member is served', errorRatio(visiting), atMost(0.01)),
  ],
  workloads: [reading, visiting, guesses],
  schedule: [at('2s', restartWithoutData(redisNode), { within: '500ms', least: 8 })],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    locked: conservation(guesses, { read: 'guess', quantity: examined, is: { atMost: 5 } }),
    back: recovers(visiting, { from: 'restartWithoutData', within: '2s' }),
    read: goodput(reading, { atLeast: 0.98, answeredWithin: '800ms' }),
    theirs: answersBelong(visiting),
  },
  defences: [defence('redis-reconnect', { breaks: 'back' })],
  controls: [
    control('names that are locked for two seconds', {
      breaks: 'locked',
      target: twoInstances([], { 'login-throttle': { lockMs: 2_000 } }),
    }),
    control('a database that is away while copies are gone', {
      breaks: 'read',
      mayAlsoBreak: ['back', 'locked'],
      strikes: [at('2500ms', down(links(/^shop-/, 'postgres')), { for: '2s' })],
    }),
    control('replies that are put in the place of others', {
      breaks: 'theirs',
      strikes: [at('3s', staleReply(links(/^shop-/, 'redis'), repliesOfAll), { for: '5s' })],
    }),
  ],
})
