import { delayResponse } from '../../faults/http/delay-response.ts'
import { httpError } from '../../faults/http/http-error.ts'
import {
  after,
  at,
  atMost,
  attemptsPerRequest,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  p95,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { market, requestId } from '../../targets/workloads/market.ts'

const target = twoInstances(['marketplace'])
const toMarketplace = links(/^shop-\d+$/, 'marketplace')
const people = market({ perSecond: 40, wants: 'fresh' })
const every = { hits: { every: 2 } } as const

/**
 * A dependency that answers every second time is half a dependency, until everybody asks twice: then
 * it has twice the work, and soon answers nobody. The marketplace refuses every second request for
 * four seconds, and is too late with every second answer for four more.
 *
 * Scenarios: MKT-01, MKT-03
 */
export default experiment({
  title: 'Retries do not make a half-sick marketplace a dead one',
  because:
    'Three attempts for each of our requests is three times the load on who is down already.',
  target,
  steadyState: [
    hypothesis('products are shown quickly', p95(people), atMost('500ms')),
    hypothesis('nearly all are fresh', errorRatio(people), atMost(0.02)),
  ],
  workloads: [people],
  baseline: '3s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', httpError(toMarketplace, 503, every), {
      ...{ name: 'failing', for: '4s', within: '500ms', leastEach: 5 },
    }),
    after('failing', '1s', delayResponse(toMarketplace, '600ms', every), {
      ...{ name: 'late', once: 'healed', for: '4s', within: '500ms', leastEach: 5 },
    }),
  ],
  abortWhen: [],
  checks: {
    restraint: attemptsPerRequest(people, {
      ...{ atMost: 3, onAverageAtMost: 1.2 },
      correlate: requestId,
      links: ({ name }) => /^shop-\d+>marketplace$/.test(name),
    }),
    // Half of the answers are good ones, and retries within the budget make more of it.
    goodput: goodput(people, { atLeast: 0.5 }),
  },
  defences: [defence('retry-budget', { breaks: 'restraint' })],
  controls: [
    control('a breaker that opens at the first failure, for four seconds', {
      breaks: 'goodput',
      target: twoInstances(['marketplace'], {
        'circuit-breaker': { errorPercentage: 1, volume: 1, resetMs: 4_000 },
      }),
    }),
  ],
})
