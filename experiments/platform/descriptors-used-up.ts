import { terminateBackends } from '../../faults/postgres-server/terminate-backends.ts'
import { pause } from '../../faults/process/pause.ts'
import { descriptorsUsedUp } from '../../faults/program/descriptors-used-up.ts'
import { clientKill } from '../../faults/redis-server/client-kill.ts'
import { deleteKeys } from '../../faults/redis-server/delete-keys.ts'
import {
  after,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  type Failure,
  honestRefusals,
  hypothesis,
  noLostWrites,
  p95,
  recovers,
} from '../../lab/index.ts'
import { postgresServer, program, redisNode } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { checkout, checkoutDeadlineMs, promisedTotal } from '../../targets/workloads/checkout.ts'

const there = checkout({ perSecond: 20, at: 1 })
const here = checkout({ perSecond: 20, at: 2 })
/** Whoever is let in is told what it is; a newcomer can only be hung up on, by whom nobody can be let in. */
const typed = ({ ended, status = 0, code }: Failure) =>
  ended === 'cut' ||
  (ended === 'refused' && (status < 500 || (/^50[34]$/.test(`${status}`) && code !== undefined)))

/**
 * An instance has as many descriptors open as it may, and just then its servers drop their connections:
 * it cannot dial anew, nor let anybody in, while those who are connected go on asking.
 * Scenarios: PLT-05
 */
export default experiment({
  title:
    'An instance without descriptors refuses honestly, loses nothing, and comes back by itself',
  because:
    'A leak of descriptors is found out at the busiest hour, by whoever next needs a connection.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('the other answers quickly', p95(here), atMost('400ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(there), atMost(0.02)),
  ],
  workloads: [there, here],
  baseline: '5s',
  schedule: [
    at('500ms', descriptorsUsedUp(program(1)), {
      ...{ name: 'used-up', for: '7s', within: '500ms', least: 5 },
    }),
    after('used-up', '1s', clientKill(redisNode), { name: 'redis-drops' }),
    after('used-up', '1s', terminateBackends(postgresServer, { application: 'shop-1' }), {
      name: 'postgres-drops',
    }),
  ],
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    // Half a second more for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(there, { deadlineMs: checkoutDeadlineMs + 500, typed }),
    kept: noLostWrites(there, { write: 'checkout', promised: promisedTotal }),
    back: recovers(there, { from: 'used-up', within: '2s' }),
  },
  defences: [defence('redis-reconnect', { breaks: 'back', mayAlsoBreak: ['kept'] })],
  controls: [
    control('an instance that stands still', {
      breaks: 'honest',
      strikes: [at('4s', pause(program(1)), { for: '3s' })],
    }),
    control('orders that somebody deletes', {
      breaks: 'kept',
      strikes: [at('4s', deleteKeys(redisNode, 'session:*'))],
    }),
  ],
})
