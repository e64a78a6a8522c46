import { tooManyRequests } from '../../faults/http/too-many-requests.ts'
import {
  atMost,
  defence,
  errorRatio,
  every,
  experiment,
  goodput,
  hypothesis,
  p95,
  retryAfterObeyed,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { market } from '../../targets/workloads/market.ts'

const target = twoInstances(['marketplace'])
const toMarketplace = links(/^shop-\d+$/, 'marketplace')
const people = market({ perSecond: 30 })

/**
 * 429 with `Retry-After` is a third party's last word before it blocks the key. Three times the
 * marketplace asks each instance to be left alone for two seconds, once each: whoever did not hear
 * it is not told again.
 *
 * Scenarios: MKT-01
 */
export default experiment({
  title: 'A marketplace that asks to be left alone is left alone, and asked again after that',
  because:
    'Who calls on in spite of Retry-After has its key blocked, for a day and not two seconds.',
  target,
  steadyState: [
    hypothesis('products are shown quickly', p95(people), atMost('500ms')),
    hypothesis('nearly all are shown', errorRatio(people), atMost(0.02)),
  ],
  workloads: [people],
  baseline: '3s',
  steadyWithin: '30s',
  schedule: every('4500ms', 3, tooManyRequests(toMarketplace, '2s', { hits: { first: 1 } }), {
    from: '500ms',
    name: 'asked',
    for: '2500ms',
    leastEach: 1,
  }),
  abortWhen: [],
  checks: {
    obeyed: retryAfterObeyed({ links: ({ name }) => /^shop-\d+>marketplace$/.test(name) }),
    shown: goodput(people, { atLeast: 0.95, answeredWithin: '1500ms' }),
  },
  defences: [
    defence('retry-after', { breaks: 'obeyed' }),
    defence('marketplace-copies', { breaks: 'shown' }),
  ],
})
