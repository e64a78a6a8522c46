import { latency } from '../../faults/network/latency.ts'
import { dropAnswer } from '../../faults/postgres/drop-answer.ts'
import { sqlError } from '../../faults/postgres/sql-error.ts'
import { killUpon } from '../../faults/process/kill-upon.ts'
import {
  at,
  backOff,
  control,
  defence,
  deliveredWithin,
  experiment,
  jobsAccounted,
} from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links, workers } from '../../targets/shop/selectors.ts'
import { announced, handlingOf, isPoison, triesOf } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const tries = 3
const kinds = { throws: 25, hangs: 40, kills: 100 }
const sending = messages({ perSecond: 12, poison: kinds, redrives: ['throws', 'hangs', 'kills'] })
const toDatabase = links(/^worker-/, 'postgres')

/**
 * One message in thirteen cannot be handled: its handler throws, or never comes to an end, or takes the
 * whole worker along. None of them may cost the others more than a moment, be tried for ever, or
 * vanish: somebody finds it with its reason, and sends it again when the cause is mended.
 * Scenarios: MSG-02, MSG-03, MSG-04, MSG-07
 */
export default experiment({
  title: 'A message that nobody can handle is set aside, and the others go on',
  because:
    'One order that a partner sent garbled must not keep a thousand good ones waiting all night.',
  target: messageShop({
    'dead-letter-queue': { attempts: tries },
    'message-lease': { leaseMs: 2_000 },
    'message-backoff': { baseMs: 200, capMs: 1_000 },
    'pool-limits': { statementMs: 1_000 },
  }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: [
    at('0ms', killUpon(workers, toDatabase, handlingOf('kills').on), { least: tries }),
    at('0ms', sqlError(toDatabase, 'P0001', handlingOf('throws')), { least: 2 * tries }),
    at('500ms', dropAnswer(toDatabase, handlingOf('hangs')), { name: 'hang', least: 2 * tries }),
  ],
  baseline: '3s',
  duration: '20s',
  tier: 'push',
  abortWhen: [],
  checks: {
    // Poison is dead after three tries, with its reason; redriven, it is done. All else is done.
    accounted: jobsAccounted(sending, {
      poison: { is: isPoison, tries, by: { strike: 'hang', settlesIn: '13s' } },
    }),
    // A worker that is killed has two messages in hand, which wait for the end of its lease.
    flow: deliveredWithin(sending, {
      ...{ from: 'hang', within: '1s', unaided: true, atMost: '3s', share: 0.85 },
      ...{ send: 'enqueue', sent: announced },
    }),
    spaced: backOff({
      ...{ first: '200ms', cap: '1s', slack: '5s' },
      links: ({ name }) => name.startsWith('worker-'),
      attempts: triesOf('throws'),
    }),
  },
  defences: [
    defence('dead-letter-queue', { breaks: 'accounted', mayAlsoBreak: ['flow', 'spaced'] }),
    defence('message-backoff', { breaks: 'spaced', mayAlsoBreak: ['flow'] }),
  ],
  controls: [
    control('notices that are four seconds on their way', {
      breaks: 'flow',
      strikes: [at('1s', latency(links('client', 'shop-1.realtime'), '4s'), { name: 'slow' })],
    }),
  ],
})
