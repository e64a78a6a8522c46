import { latency } from '../../faults/network/latency.ts'
import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { deleteKeys } from '../../faults/redis-server/delete-keys.ts'
import {
  at,
  control,
  defence,
  every,
  experiment,
  goodput,
  requestsPerStrike,
} from '../../lab/index.ts'
import { links, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { areServed } from '../../targets/workloads/reader-promises.ts'

// Nothing is changed: who changes a post reads it from the database, too.
const reading = blog({ perSecond: 200, posts: 1, changes: 0, clients: 20 })
const toPostgres = /^shop-\d+>postgres$/

/**
 * Everybody reads one post. When its copy is gone, all who come before it is loaded again would load
 * it, too: the slower the database, the more of them, and the slower it gets.
 *
 * Scenarios: BLG-03
 */
export default experiment({
  title: 'When the hottest copy is deleted, one reader loads it and the others wait for that',
  because: 'Two hundred readers a second on a slow database are thirty loads instead of one.',
  target: twoInstances([]),
  steadyState: areServed(reading),
  workloads: [reading],
  schedule: [
    at(
      '500ms',
      delayAnswer(links(/^shop-/, 'postgres'), '150ms', { on: { table: 'blog_posts' } }),
      {
        for: '10s',
        least: 6,
      },
    ),
    // Not when the copy of the baseline ends by itself, five seconds after traffic began.
    ...every('1s', 8, deleteKeys(redisNode, 'blog:*:post'), { from: '1700ms' }),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    loads: requestsPerStrike({
      from: 'deleteKeys',
      within: '900ms',
      // One on each instance and one more, whose lock had ended.
      atMost: 3,
      links: ({ name }) => toPostgres.test(name),
      counts: ({ message, key }) => message === 'SELECT' && key === 'blog_posts',
    }),
    quick: goodput(reading, { atLeast: 0.99, answeredWithin: '800ms' }),
  },
  defences: [defence('stampede-guard', { breaks: 'loads', mayAlsoBreak: ['quick'] })],
  controls: [
    control('a network that is slow on the way to the readers', {
      breaks: 'quick',
      strikes: [at('3s', latency(links('client', /\.api$/), '900ms'), { for: '2s' })],
    }),
  ],
})
