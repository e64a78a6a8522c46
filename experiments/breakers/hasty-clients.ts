import { hangingUp } from '../../faults/clients/hanging-up.ts'
import { latency } from '../../faults/network/latency.ts'
import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  at,
  atMost,
  bounded,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  p95,
} from '../../lab/index.ts'
import { entrance, links, marketplace } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import { market } from '../../targets/workloads/market.ts'

const patient = market({ perSecond: 20, wants: 'fresh' })
const path = '/v1/marketplace/products/lamp'
const hasty = { clients: 6, path }
/** The least that the service takes; it keeps more than that for its own answer. */
const tiny = { 'x-deadline-ms': '100' }

/**
 * Nothing is broken: the marketplace is 30 ms away, as others are, and some callers hang up before it
 * can have answered, or give it no time. Counted as failures of the marketplace, their ends open the
 * breaker before it, and everybody is refused what was there all the time.
 *
 * Scenarios: API-04
 */
export default experiment({
  title: 'Impatient callers do not take a healthy marketplace away from patient ones',
  because: 'One app with a wrong time-out must not be able to close the shop for everybody else.',
  target: shop({ ...twoInstances, instances: 1, peers: ['marketplace'] }),
  steadyState: [
    hypothesis('products are shown quickly', p95(patient), atMost('500ms')),
    hypothesis('nearly all are fresh', errorRatio(patient), atMost(0.02)),
  ],
  workloads: [patient],
  schedule: [
    at('0s', latency(links('shop-1', 'marketplace'), '30ms'), { name: 'away' }),
    at('300ms', hangingUp(entrance(1), { ...hasty, after: '15ms' }), {
      ...{ name: 'hang-ups', for: '5s', within: '300ms', least: 50 },
    }),
    at('6s', hangingUp(entrance(1), { ...hasty, after: '2ms', headers: tiny }), {
      ...{ name: 'tiny deadlines', for: '3s', within: '300ms', least: 50 },
    }),
  ],
  baseline: '3s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(patient).above(0.95).for('15s')],
  checks: {
    served: goodput(patient, { atLeast: 0.98 }),
    closed: bounded('shop-1', 'breakerOpenings', { atMost: 0 }),
  },
  defences: [defence('hasty-callers', { breaks: 'served', mayAlsoBreak: ['closed'] })],
  controls: [
    control('a marketplace that really fails', {
      ...{ breaks: 'closed', mayAlsoBreak: ['served'] },
      strikes: [at('1s', misbehave(marketplace, { kind: 'status', status: 500 }), { for: '3s' })],
    }),
  ],
})
