import { slowWrites } from '../../faults/postgres-server/slow-writes.ts'
import {
  after,
  at,
  atMost,
  bystandersUnharmed,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
} from '../../lab/index.ts'
import { postgresServer } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { checkout, checkoutDeadlineMs } from '../../targets/workloads/checkout.ts'
import { lookups } from '../../targets/workloads/lookups.ts'

const buyers = checkout({ perSecond: 50 })
const slowed = slowWrites(postgresServer, 'checkout_orders', '2s')
const lookers = lookups({ perSecond: 40 })

/**
 * Every change of one table takes two seconds in the server: a plan that went wrong, an index that
 * somebody dropped. Those who wait for it hold connections, and those are the pool of everybody.
 * Scenarios: DAT-03, DAT-05
 */
export default experiment({
  title: 'One slow table leaves connections to those who do not need it',
  because: 'A pool has no idea of routes: the slowest one ends up with all of it.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('orders are found quickly', p95(lookers), atMost('300ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(buyers), atMost(0.02)),
  ],
  workloads: [buyers, lookers],
  baseline: '5s',
  schedule: [
    at('500ms', slowed, {
      ...{ name: 'slow', for: '8s', within: '500ms', least: 30 },
    }),
  ],
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    others: bystandersUnharmed(lookers, { p99SlackMs: 300, moreErrors: 0.02 }),
    honest: honestRefusals(buyers, { deadlineMs: checkoutDeadlineMs }),
    back: recovers(buyers, { from: 'slow', within: '2s' }),
  },
  defences: [
    defence('pool-share', { breaks: 'others' }),
    defence('request-deadline', { breaks: 'honest', mayAlsoBreak: ['others', 'back'] }),
  ],
  controls: [
    control('a table that stays slow', {
      breaks: 'back',
      strikes: [after('slow', '300ms', slowed, { once: 'healed', for: '4s' })],
    }),
  ],
})
