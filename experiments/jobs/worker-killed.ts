import { dropAnswer } from '../../faults/postgres/drop-answer.ts'
import { kill } from '../../faults/process/kill.ts'
import { after, at, defence, experiment, jobsAccounted } from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links, worker } from '../../targets/shop/selectors.ts'
import { isPoison } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const sending = messages({ perSecond: 12, replies: 30 })

/** Holds the next two messages of a worker right before they are crossed off: one of each loop. */
const midJob = (number: number) =>
  dropAnswer(links(`worker-${number}`, 'postgres'), {
    on: { text: "*set state = 'done'*" },
    hits: { first: 2 },
  })

/**
 * A worker that dies between two messages harms nobody, and a kill at random mostly finds it there.
 * So it is held in the middle of its work first, all done but the crossing off, and then killed.
 * Scenarios: MSG-01, MSG-05
 */
export default experiment({
  title: 'A worker that dies in mid-job loses no job and does none twice',
  because:
    'A job is a mail, a shipment, an invoice: lost nobody gets it, done twice somebody pays twice.',
  target: messageShop({ 'message-lease': { leaseMs: 1_500 } }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: [
    at('1s', midJob(1), { name: 'hold-1', for: '1500ms', within: '500ms' }),
    after('hold-1', '1s', kill(worker(1)), { name: 'kill-1', for: '1s' }),
    at('5s', midJob(2), { name: 'hold-2', for: '1500ms', within: '500ms' }),
    after('hold-2', '1s', kill(worker(2)), { name: 'kill-2', for: '1s' }),
    at('9s', midJob(1), { name: 'hold-3', for: '1500ms', within: '500ms' }),
    after('hold-3', '1s', kill(worker(1)), { name: 'kill-3', for: '1s' }),
  ],
  baseline: '3s',
  abortWhen: [],
  checks: {
    // Accepted is done, effect once, and no reply before what it replies to.
    accounted: jobsAccounted(sending, { poison: { is: isPoison, tries: 8 } }),
  },
  defences: [
    defence('message-lease', { breaks: 'accounted' }),
    defence('idempotent-consumer', { breaks: 'accounted' }),
  ],
})
