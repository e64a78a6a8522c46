import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  after,
  alertFires,
  at,
  atMost,
  attemptsPerRequest,
  breaker,
  control,
  defence,
  errorRatio,
  experiment,
  fastRefusals,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
} from '../../lab/index.ts'
import { gateway } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { paying, payingDeadlineMs } from '../../targets/workloads/paying.ts'

const target = twoInstances(['payments'])
const toGateway = /^shop-\d+>payments$/
const buyers = paying({ perSecond: 12 })
const charges = { on: 'POST /charges' } as const
/** Two seconds after the gateway is well by itself: the breaker's pause, and a probe. */
const back = { unaided: true, share: 0.95, answeredWithin: '2s' } as const

/**
 * A gateway that fails is best left alone: asking costs every buyer a time-out, and keeps it down.
 * But somebody has to notice that it is back. It answers 503 for three seconds, later it says
 * nothing at all for five, and gets well by itself: the lab heals only seconds after.
 *
 * Scenarios: API-04
 */
export default experiment({
  title: 'The breaker leaves a failing payment gateway alone, and lets it come back',
  because: 'Every question to a dead gateway costs a buyer 400 ms, and the gateway its recovery.',
  target,
  steadyState: [
    hypothesis('buyers are done quickly', p95(buyers), atMost('1s'), { over: '4s', samples: 20 }),
    hypothesis('nearly every payment is done', errorRatio(buyers), atMost(0.02), {
      over: '4s',
      samples: 20,
    }),
  ],
  workloads: [buyers],
  baseline: '3s',
  steadyWithin: '30s',
  tier: 'push',
  schedule: [
    at('500ms', misbehave(gateway, { kind: 'status', status: 503, ...charges, forMs: 3_000 }), {
      ...{ name: 'refusing', for: '6500ms', within: '500ms', least: 16 },
    }),
    after('refusing', '1s', misbehave(gateway, { kind: 'hang', ...charges, forMs: 5_000 }), {
      ...{ name: 'silent', once: 'healed', for: '8500ms', within: '500ms', least: 16 },
    }),
  ],
  abortWhen: [],
  checks: {
    alone: breaker({
      name: 'payments',
      links: ({ name }) => toGateway.test(name),
      guards: (instance, { link }) => link === `${instance}>payments`,
      // A probe is one payment, which may try three times.
      probes: 3,
      openAtLeastMs: 800,
    }),
    // Without a breaker each of them is a time-out of 400 ms at least.
    fast: fastRefusals(buyers, { during: 'silent', p50AtMost: '400ms' }),
    restraint: attemptsPerRequest(buyers, {
      ...{ atMost: 3, onAverageAtMost: 1.2 },
      links: ({ name }) => toGateway.test(name),
    }),
    // What a silent gateway costs is a payment that is pending, never an answer by the deadline.
    answered: honestRefusals(buyers, {
      deadlineMs: payingDeadlineMs,
      typed: ({ code }) => code === 'payment-pending',
    }),
    afterRefusing: recovers(buyers, { from: 'refusing', within: '5s', ...back }),
    afterSilence: recovers(buyers, { from: 'silent', within: '7s', ...back }),
    noticed: alertFires({ name: 'CircuitBreakerOpen', within: '8s', resolvesWithin: '10s' }),
  },
  defences: [
    defence('circuit-breaker', { breaks: 'fast' }),
    defence('payment-timeout', { breaks: 'answered', mayAlsoBreak: ['fast', 'afterSilence'] }),
    defence('retry-budget', { breaks: 'restraint', mayAlsoBreak: ['fast', 'answered', 'alone'] }),
  ],
  controls: [
    control('a breaker that opens for 200 ms', {
      breaks: 'alone',
      mayAlsoBreak: ['fast'],
      target: twoInstances(['payments'], { 'circuit-breaker': { resetMs: 200 } }),
    }),
    control('a breaker that opens for too long', {
      breaks: 'afterRefusing',
      mayAlsoBreak: ['afterSilence'],
      target: twoInstances(['payments'], { 'circuit-breaker': { resetMs: 5_500 } }),
    }),
    control('a gateway that is silent again', {
      breaks: 'afterSilence',
      mayAlsoBreak: ['fast'],
      strikes: [after('silent', '5500ms', misbehave(gateway, { kind: 'hang' }), { for: '3s' })],
    }),
  ],
})
