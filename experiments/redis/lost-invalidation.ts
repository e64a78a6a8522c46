import { cutCommand } from '../../faults/redis/cut-command.ts'
import { at, control, experiment, staleness } from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { blog } from '../../targets/workloads/blog.ts'
import { areServed } from '../../targets/workloads/reader-promises.ts'

const reading = blog({ perSecond: 40, changes: 0.05 })

/**
 * A copy is declared old after each change, unless that very command is lost: the change is committed,
 * and nobody can take it back. Only the age of the copies bounds what is shown then.
 *
 * Scenarios: BLG-01, BLG-03, DAT-08
 */
export default experiment({
  title: 'A lost invalidation shows a change late, but never later than promised',
  because: 'A price that was corrected must not be sold at the old one for the rest of the day.',
  target: twoInstances([]),
  steadyState: areServed(reading),
  workloads: [reading],
  schedule: [
    at(
      '1s',
      cutCommand(links(/^shop-/, 'redis'), {
        on: { command: 'SET', key: 'blog:post-*:generation' },
      }),
      { for: '9s', least: 6 },
    ),
  ],
  baseline: '4s',
  recoverWithin: '15s',
  abortWhen: [],
  checks: { stale: staleness(reading, { atMost: '5500ms' }) },
  defences: [],
  controls: [
    control('posts that are kept for ten minutes', {
      breaks: 'stale',
      target: twoInstances([], { 'post-cache': { ttlMs: 600_000 } }),
    }),
  ],
})
