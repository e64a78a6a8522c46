import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  at,
  atMost,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  jobsAccounted,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { mailServer } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { mails } from '../../targets/workloads/mails.ts'

const mailing = mails({ perSecond: 8 })

/**
 * The mail server is away, then hangs in the middle of a mail, then takes mails and dies before it
 * says so. Nobody who registers waits for any of that, and each is sent their one mail: who never got
 * it cannot sign in. Where only the answer was lost the mail must come again, as the same one.
 * Scenarios: ACC-01, ACC-09
 */
export default experiment({
  title: 'Every mail arrives, though the mail server was away, hung, and lost its answers',
  because: 'A lost confirmation is a lost customer, and a lost reset is a call to support.',
  target: shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 1,
    workers: 1,
    peers: ['smtp'],
    config: { defenceSettings: { 'mail-outbox': { timeoutMs: 1_000, capMs: 2_000 } } },
  }),
  steadyState: [hypothesis('nearly all are accepted', errorRatio(mailing), atMost(0.01))],
  workloads: [mailing],
  schedule: [
    at('500ms', misbehave(mailServer, { kind: 'away' }), { name: 'away', for: '3s' }),
    at('5s', misbehave(mailServer, { kind: 'slow', delayMs: 60_000, on: 'DATA' }), {
      name: 'hang',
      for: '3s',
    }),
    at('10s', misbehave(mailServer, { kind: 'lost-answer' }), { name: 'dies', for: '3s' }),
  ],
  baseline: '3s',
  abortWhen: [],
  checks: {
    // One mail each; copies of it have its message id.
    arrived: jobsAccounted(mailing),
  },
  defences: [defence('mail-outbox', { breaks: 'arrived' })],
})
