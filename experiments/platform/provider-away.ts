import { down } from '../../faults/network/down.ts'
import { latency } from '../../faults/network/latency.ts'
import { misbehave } from '../../faults/peer/misbehave.ts'
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
import { identityProvider, links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { signingIn } from '../../targets/workloads/signing-in.ts'

const passwords = signingIn({ perSecond: 6, by: 'password' })
const strangers = signingIn({ perSecond: 5, by: 'provider' })
const token = { on: 'POST /token' } as const
const calm = { over: '4s', samples: 15 } as const

/**
 * Signing in through somebody else is the one door that others can shut. They refuse connections, then
 * take the code and say nothing, then say it after five seconds; who has a password here must not
 * notice, and who has not is told so at once. A code that was taken is never tried again.
 *
 * Scenarios: ACC-12
 */
export default experiment({
  title: 'With the sign-in provider away passwords still work, and others are told so in time',
  because:
    'A login page that hangs looks like a shop that is closed, also to those with a password.',
  target: twoInstances(['oauth']),
  steadyState: [
    hypothesis('passwords are checked quickly', p95(passwords), atMost('1500ms'), calm),
    hypothesis('nearly all sign in by password', errorRatio(passwords), atMost(0.05), calm),
    hypothesis('nearly all sign in by the provider', errorRatio(strangers), atMost(0.05), calm),
  ],
  workloads: [passwords, strangers],
  baseline: '5s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', down(identityProvider), { name: 'refusing', for: '4s' }),
    after('refusing', '2s', misbehave(identityProvider, { kind: 'hang', ...token }), {
      ...{ name: 'silent', once: 'healed', for: '4s', least: 4 },
    }),
    after('silent', '2s', misbehave(identityProvider, { kind: 'slow', delayMs: 5_000, ...token }), {
      ...{ name: 'slow', once: 'healed', for: '4s', least: 4 },
    }),
  ],
  abortWhen: [],
  checks: {
    bystanders: bystandersUnharmed(passwords, { p99SlackMs: 1_000, moreErrors: 0.02 }),
    // Four answers, of which one waits for the provider, for 600 ms each time it may ask.
    honest: honestRefusals(strangers, { deadlineMs: 4_000 }),
    back: recovers(strangers, { from: 'slow', within: '3s', answeredWithin: '3s', share: 0.95 }),
  },
  defences: [defence('oauth-limits', { breaks: 'honest' })],
  controls: [
    control('a database that is slow as well', {
      breaks: 'bystanders',
      mayAlsoBreak: ['honest'],
      strikes: [at('2s', latency(links(/^shop-\d+$/, 'postgres'), '600ms'), { for: '4s' })],
    }),
    control('a provider that stays silent for longer', {
      breaks: 'back',
      strikes: [
        after('slow', '500ms', misbehave(identityProvider, { kind: 'hang', ...token }), {
          ...{ once: 'healed', for: '6s' },
        }),
      ],
    }),
  ],
})
