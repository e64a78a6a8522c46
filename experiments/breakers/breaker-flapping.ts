import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  at,
  atMost,
  breaker,
  control,
  defence,
  errorRatio,
  experiment,
  fastRefusals,
  goodput,
  hypothesis,
  p95,
} from '../../lab/index.ts'
import { gateway } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { paying } from '../../targets/workloads/paying.ts'

const buyers = paying({ perSecond: 24 })
const comesAndGoes = { kind: 'hang', on: 'POST /charges', forMs: 3_000, everyMs: 6_000 } as const

/**
 * Neither up nor down is the hardest for a breaker: one that believes each sign of life floods a
 * gateway that is not well, and one that believes none sells nothing. For eighteen seconds the gateway
 * is silent for three of every six.
 *
 * Scenarios: API-04
 */
export default experiment({
  title: 'A gateway that comes and goes is asked with restraint, and still takes payments',
  because:
    'A breaker that flaps with its dependency protects neither, and looks busy all the while.',
  target: twoInstances(['payments']),
  steadyState: [
    hypothesis('buyers are done quickly', p95(buyers), atMost('1s'), { over: '4s', samples: 20 }),
    hypothesis('nearly every payment is done', errorRatio(buyers), atMost(0.02), {
      ...{ over: '4s', samples: 20 },
    }),
  ],
  workloads: [buyers],
  baseline: '4s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', misbehave(gateway, comesAndGoes), {
      ...{ name: 'gone', for: '18s', within: '500ms', least: 12 },
    }),
  ],
  abortWhen: [],
  checks: {
    alone: breaker({
      name: 'payments',
      links: ({ name }) => /^shop-\d+>payments$/.test(name),
      guards: (instance, { link }) => link === `${instance}>payments`,
      // A probe is one payment, which may try three times.
      probes: 3,
      openAtLeastMs: 800,
      // Once when it is gone, and again for each probe that finds it so: it is gone three times.
      opensAtMost: 9,
    }),
    // Without a breaker each of them is a time-out of 400 ms at least.
    fast: fastRefusals(buyers, { p50AtMost: '400ms' }),
    sold: goodput(buyers, { atLeast: 0.2, answeredWithin: '2500ms' }),
  },
  defences: [defence('circuit-breaker', { breaks: 'fast' })],
  controls: [
    control('a breaker that opens for 200 ms', {
      breaks: 'alone',
      mayAlsoBreak: ['fast'],
      target: twoInstances(['payments'], { 'circuit-breaker': { resetMs: 200 } }),
    }),
    control('a breaker that opens at once and believes no sign of life for fourteen seconds', {
      breaks: 'sold',
      target: twoInstances(['payments'], {
        'circuit-breaker': { errorPercentage: 20, volume: 4, resetMs: 14_000 },
      }),
    }),
  ],
})
