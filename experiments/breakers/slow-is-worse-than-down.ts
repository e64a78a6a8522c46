import { latency } from '../../faults/network/latency.ts'
import {
  after,
  at,
  atMost,
  defence,
  errorRatio,
  experiment,
  goodput,
  honestRefusals,
  hypothesis,
  p95,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog, blogDeadlineMs } from '../../targets/workloads/blog.ts'

const reading = blog({ perSecond: 30, posts: 20, changes: 0 })
const toRedis = links(/^shop-\d+$/, 'redis')

/**
 * A cache that is down is noticed at once; one that takes 300 ms for each answer is waited for, three
 * times in a request, by everybody. It only helps: who reads a post is to have it from the database
 * instead, in time and without a refusal, as if Redis were gone.
 *
 * Scenarios: BLG-03, PLT-04
 */
export default experiment({
  title: 'A slow Redis is handled as well as a dead one: posts are shown, and in time',
  because: 'Caches are seldom dead and often slow, and a slow one takes the whole site with it.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('posts are shown quickly', p95(reading), atMost('400ms')),
    hypothesis('nearly all are shown', errorRatio(reading), atMost(0.02)),
  ],
  workloads: [reading],
  baseline: '4s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', latency(toRedis, '300ms'), { name: 'slow', for: '6s', leastEach: 200 }),
    after('slow', '1s', latency(toRedis, '450ms'), {
      ...{ name: 'slower', once: 'healed', for: '6s', leastEach: 200 },
    }),
  ],
  abortWhen: [],
  checks: {
    shown: goodput(reading, { atLeast: 0.97, answeredWithin: '1s' }),
    inTime: honestRefusals(reading, { deadlineMs: blogDeadlineMs }),
  },
  defences: [
    defence('cache-budget', { breaks: 'shown', mayAlsoBreak: ['inTime'] }),
    defence(['cache-budget', 'request-deadline'], { breaks: 'inTime', mayAlsoBreak: ['shown'] }),
  ],
})
