import { blackHole } from '../../faults/network/black-hole.ts'
import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  after,
  alertFires,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  p95,
  recovers,
  staleness,
} from '../../lab/index.ts'
import { links, marketplace } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { market, shownStock } from '../../targets/workloads/market.ts'

const target = twoInstances(['marketplace'])
const toMarketplace = links(/^shop-\d+$/, 'marketplace')
const browsing = market({ name: 'browsing', perSecond: 15 })
const pricing = market({ name: 'pricing', perSecond: 15, wants: 'fresh', restocking: 15 })

/**
 * A shop that sells what others have should still show it while they are away, and say that it is an
 * old copy: nobody may order by a stock that is hours old and looks like now. For eight seconds
 * nothing comes through to the marketplace, where stocks go on changing; then it is there again.
 *
 * Scenarios: MKT-04, PLT-04
 */
export default experiment({
  title:
    'While the marketplace is away its products are shown as marked copies, and fresh after it',
  because: 'An empty page sells nothing, and a copy that looks fresh sells what is gone.',
  target,
  steadyState: [
    hypothesis('products are shown quickly', p95(browsing), atMost('500ms')),
    hypothesis('nearly all are fresh', errorRatio(pricing), atMost(0.02)),
  ],
  workloads: [browsing, pricing],
  baseline: '3s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', blackHole(toMarketplace), {
      ...{ name: 'away', for: '8s', within: '500ms', leastEach: 1_000 },
    }),
  ],
  duration: '14s',
  abortWhen: [],
  checks: {
    shown: goodput(browsing, { during: 'away', atLeast: 0.97, answeredWithin: '1500ms' }),
    // What is shown as fresh is: in the calm, while the marketplace is away, and after it.
    marked: staleness(pricing, {
      ...{ write: 'restock', read: 'look' },
      seen: shownStock,
      atMost: '100ms',
    }),
    back: recovers(pricing, {
      from: 'away',
      within: '2500ms',
      answeredWithin: '1500ms',
      share: 0.97,
    }),
    noticed: alertFires({
      name: 'CircuitBreakerOpen',
      from: 'away',
      within: '8s',
      resolvesWithin: '10s',
    }),
  },
  defences: [defence('marketplace-copies', { breaks: 'shown' })],
  controls: [
    control('a marketplace that shows old stocks itself', {
      breaks: 'marked',
      strikes: [
        after('away', '500ms', misbehave(marketplace, { kind: 'lagging' }), {
          ...{ once: 'healed', for: '3s' },
        }),
      ],
    }),
    control('a marketplace that goes away once more', {
      breaks: 'back',
      strikes: [after('away', '1s', blackHole(toMarketplace), { once: 'healed', for: '3s' })],
    }),
  ],
})
