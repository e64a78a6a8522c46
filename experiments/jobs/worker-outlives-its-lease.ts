import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { pause } from '../../faults/process/pause.ts'
import { after, alertFires, at, defence, experiment, jobsAccounted } from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links, worker } from '../../targets/shop/selectors.ts'
import { isPoison } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const sending = messages({ perSecond: 12, replies: 20 })

/** Keeps a worker at the beginning of its next two jobs, which it has taken and not yet locked. */
const atBegin = (number: number) =>
  delayAnswer(links(`worker-${number}`, 'postgres'), '1s', {
    on: { statement: 'BEGIN', trace: 'fine-*' },
    hits: { first: 2 },
  })

/**
 * A worker stands still for twice its lease: a virtual machine that is moved, a long collection of
 * garbage. Its jobs are given to another and done. Then it goes on in mid-sentence, and knows nothing
 * of that: it holds what it took for its own, and does it as well, unless somebody stops it.
 * Scenarios: MSG-05
 */
export default experiment({
  title: 'A worker that wakes after its lease does nothing that another has done',
  because:
    'Frozen is not dead. Whoever takes a lease for a lock does the work of a moved machine twice.',
  target: messageShop({
    'message-lease': { leaseMs: 2_000 },
    // Its own driver must not end the statement that it waits for before it goes on.
    'pool-limits': { statementMs: 8_000 },
  }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: [
    at('1s', atBegin(1), { name: 'hold-1', for: '5s', within: '500ms' }),
    after('hold-1', '900ms', pause(worker(1)), { name: 'freeze-1', for: '4s' }),
    at('8s', atBegin(2), { name: 'hold-2', for: '5s', within: '500ms' }),
    after('hold-2', '900ms', pause(worker(2)), { name: 'freeze-2', for: '4s' }),
  ],
  baseline: '3s',
  abortWhen: [],
  checks: {
    // By how often its effect is found: two owners of one job leave two.
    once: jobsAccounted(sending, { poison: { is: isPoison, tries: 8 } }),
    noticed: alertFires({
      name: 'InstanceDown',
      from: 'freeze',
      within: '6s',
      resolvesWithin: '6s',
    }),
  },
  defences: [defence('idempotent-consumer', { breaks: 'once' })],
})
