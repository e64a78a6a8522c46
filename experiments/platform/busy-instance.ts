import { eventLoopStall } from '../../faults/program/event-loop-stall.ts'
import { deleteKeys } from '../../faults/redis-server/delete-keys.ts'
import {
  after,
  at,
  atMost,
  bystandersUnharmed,
  control,
  defence,
  errorRatio,
  experiment,
  fastRefusals,
  hypothesis,
  noLostWrites,
  p95,
  recovers,
} from '../../lab/index.ts'
import { program, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { checkout, promisedTotal } from '../../targets/workloads/checkout.ts'

const there = checkout({ perSecond: 15, at: 1 })
const here = checkout({ perSecond: 15, at: 2 })
const stalled = eventLoopStall(program(1), { stall: '350ms', rest: '1ms' })

/**
 * One request in an instance computes without end, now for two seconds at a stretch, now a third of a
 * second in each turn of the event loop. What takes several turns is late there whatever is done, so all
 * that helps is to say so at once, and to leave the other instance's people alone.
 * Scenarios: PLT-05
 */
export default experiment({
  title: 'A busy instance refuses at once what it could only do late, and slows down nobody else',
  because:
    'A queue before one hot process makes every answer late, also to those who have long given up.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('the other answers quickly', p95(here), atMost('400ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(there), atMost(0.02)),
  ],
  workloads: [there, here],
  baseline: '5s',
  schedule: [
    at('500ms', eventLoopStall(program(1), { stall: '2s' }), { name: 'stall', for: '2s' }),
    at('5s', stalled, { name: 'busy', for: '5s', within: '500ms', least: 20 }),
  ],
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    // Who comes first has to wait for the lag to be noticed.
    refused: fastRefusals(there, { during: 'busy', p50AtMost: '780ms' }),
    others: bystandersUnharmed(here, { p99SlackMs: 300, moreErrors: 0.02 }),
    kept: noLostWrites(there, { write: 'checkout', promised: promisedTotal }),
    back: recovers(there, { from: 'busy', within: '2s' }),
  },
  defences: [defence('load-shedding', { breaks: 'refused' })],
  controls: [
    control('the other is busy, too', {
      breaks: 'others',
      strikes: [at('5s', eventLoopStall(program(2), { stall: '350ms' }), { for: '4s' })],
    }),
    control('orders that somebody deletes', {
      breaks: 'kept',
      strikes: [at('4s', deleteKeys(redisNode, 'session:*'))],
    }),
    control('a loop that goes on computing', {
      breaks: 'back',
      strikes: [after('busy', '300ms', stalled, { once: 'healed', for: '4s' })],
      mayAlsoBreak: ['refused'],
    }),
  ],
})
