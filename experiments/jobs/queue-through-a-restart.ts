import { sqlError } from '../../faults/postgres/sql-error.ts'
import { kill } from '../../faults/process/kill.ts'
import { at, defence, experiment, jobsAccounted } from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links, postgresPart } from '../../targets/shop/selectors.ts'
import { isPoison, traceOf } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const tries = 3
const sending = messages({ perSecond: 12, poison: { rollsBack: 8 } })
/** The last statement of their transactions fails, when all the rest is done. */
const rollBack = sqlError(links(/^worker-/, 'postgres'), 'P0001', {
  on: { text: "*set state = 'done'*", trace: traceOf('rollsBack') },
})

/**
 * Who is told of a change looks for it, and who is not told never does. The database crashes twice
 * while messages are handled; some transactions are rolled back at their very end besides, as with a
 * deferred constraint: what was said of those must never have been heard.
 * Scenarios: MSG-06, DAT-10
 */
export default experiment({
  title: 'Every committed change is announced, and none that was rolled back, through two crashes',
  because:
    'A parcel that nobody is told of is not sent; one that is told of and not there is sent twice.',
  target: messageShop({
    'dead-letter-queue': { attempts: tries },
    'message-lease': { leaseMs: 2_000 },
    'message-backoff': { baseMs: 200, capMs: 1_000 },
  }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: [
    at('0ms', rollBack, { name: 'rollback', least: 2 * tries }),
    at('1s', kill(postgresPart), { name: 'crash-1', for: '1s', within: '1s' }),
    at('6s', kill(postgresPart), { name: 'crash-2', for: '1s', within: '1s' }),
  ],
  baseline: '3s',
  duration: '18s',
  recoverWithin: '20s',
  abortWhen: [],
  checks: {
    // Done is announced; what was always rolled back is dead after three tries, and never was.
    announced: jobsAccounted(sending, {
      read: 'told',
      poison: { is: isPoison, tries, by: { strike: 'rollback', settlesIn: '8s' } },
    }),
  },
  defences: [defence('transactional-outbox', { breaks: 'announced' })],
})
