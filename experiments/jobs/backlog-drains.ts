import { latency } from '../../faults/network/latency.ts'
import { dropAnswer } from '../../faults/postgres/drop-answer.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  after,
  at,
  backToBaseline,
  control,
  defence,
  deliveredWithin,
  experiment,
} from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links, worker } from '../../targets/shop/selectors.ts'
import { announced } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const sending = messages({ perSecond: 6 })
/** What the workers have in hand when they die, right before it is done. */
const midJob = dropAnswer(links(/^worker-/, 'postgres'), {
  on: { text: "*set state = 'done'*" },
  hits: { first: 4 },
})

/**
 * All workers are away for twelve seconds, and nobody stops sending. When they are back, what has come
 * meanwhile waits for them, and as much comes as before: unless they are faster than that, the queue is
 * late for good. And what the dead workers had in hand is the oldest of all.
 * Scenarios: MSG-01
 */
export default experiment({
  title: 'A backlog drains once the workers are back',
  because: 'A queue that cannot catch up turns an outage of seconds into hours of late mails.',
  target: messageShop({ 'message-lease': { leaseMs: 3_000 } }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: [
    at('500ms', midJob, { name: 'hold', for: '2s' }),
    after('hold', '1s', kill(worker(1)), { name: 'away-1', for: '12s' }),
    after('hold', '1s', kill(worker(2)), { name: 'away-2', for: '12s' }),
  ],
  baseline: '4s',
  // Twelve seconds to start on a busy machine and to drain, and some to see that it stays so.
  duration: '32s',
  abortWhen: [],
  checks: {
    // Figures are taken every two seconds, on a queue that is never empty.
    oldest: backToBaseline('worker-1', 'queueOldestMs', { within: '12s', slack: 1_500 }),
    drained: deliveredWithin(sending, {
      from: 'away',
      within: '12s',
      atMost: '2s',
      send: 'enqueue',
      sent: announced,
    }),
  },
  defences: [defence('message-lease', { breaks: 'oldest' })],
  controls: [
    control('workers that are slower than their work comes', {
      breaks: 'drained',
      mayAlsoBreak: ['oldest'],
      strikes: [at('0ms', latency(links(/^worker-/, 'postgres'), '200ms'), { name: 'slow' })],
    }),
  ],
})
