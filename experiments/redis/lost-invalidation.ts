import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { cutCommand } from '../../faults/redis/cut-command.ts'
import {
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  p95,
  readYourOwnWrite,
  staleness,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'

const reading = blog({ perSecond: 30, changes: 0.05 })
// At the instance that keeps its Redis: what is invalidated there is invalidated.
const editing = blog({
  name: 'editors',
  titled: 'own',
  perSecond: 20,
  posts: 2,
  changes: 0.3,
  at: 2,
})
const seconds = { for: '9s' } as const

/**
 * A copy is declared old after each change, unless that command is lost; and whoever loads slowly can
 * store what was true before the change after it.
 *
 * Scenarios: BLG-01, BLG-03, DAT-08
 */
export default experiment({
  title: 'A lost invalidation shows a change late, but never later than promised',
  because: 'A price that was corrected must not be sold at the old one for the rest of the day.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('posts are read quickly', p95(reading), atMost('250ms')),
    hypothesis('nearly every reader is served', errorRatio(reading), atMost(0.01)),
  ],
  workloads: [reading, editing],
  schedule: [
    at(
      '1s',
      delayAnswer(links(/^shop-/, 'postgres'), '300ms', {
        on: { table: 'blog_posts', writes: false },
      }),
      { ...seconds, least: 10 },
    ),
    at(
      '1s',
      cutCommand(links('shop-1', 'redis'), {
        on: { command: 'SET', key: 'blog:post-*:generation' },
      }),
      { ...seconds, least: 3 },
    ),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    stale: staleness(reading, { atMost: '5500ms' }),
    own: readYourOwnWrite(editing),
    quick: goodput(reading, { atLeast: 0.6, answeredWithin: '200ms', during: 'delay-answer' }),
  },
  defences: [
    defence('cache-generations', { breaks: 'own' }),
    defence('post-cache', { breaks: 'quick' }),
  ],
  controls: [
    control('posts that are kept for ten minutes', {
      breaks: 'stale',
      target: twoInstances([], { 'post-cache': { ttlMs: 600_000 } }),
    }),
  ],
})
