import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { deleteKeys } from '../../faults/redis-server/delete-keys.ts'
import {
  at,
  atMost,
  defence,
  errorRatio,
  every,
  experiment,
  hypothesis,
  p95,
  readYourOwnWrite,
} from '../../lab/index.ts'
import { links, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'

// Few changes: of many, one would now and then be met by a load on a fast database, too.
const editing = blog({ perSecond: 20, posts: 4, changes: 0.1, clients: 1 })

/**
 * Whoever loads a post, slowly, may store what was true when the load began, after a change that has
 * declared all copies old: from then on everybody, the author too, sees the old text.
 *
 * Scenarios: BLG-03, DAT-08
 */
export default experiment({
  title: 'Who has changed a post sees the change, though an older load ends after it',
  because: 'An author who saves a correction and sees the mistake again saves it five more times.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('posts are read quickly', p95(editing), atMost('250ms')),
    hypothesis('nearly all are served', errorRatio(editing), atMost(0.02)),
  ],
  workloads: [editing],
  schedule: [
    at(
      '1s',
      delayAnswer(links(/^shop-/, 'postgres'), '400ms', {
        on: { table: 'blog_posts', writes: false },
      }),
      { for: '10s', least: 10 },
    ),
    // So that loads begin at any time, and not only after a change.
    ...every('1s', 8, deleteKeys(redisNode, 'blog:*:post'), { from: '1500ms' }),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    own: readYourOwnWrite(editing),
  },
  defences: [defence('cache-generations', { breaks: 'own' })],
})
