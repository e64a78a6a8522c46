import { sqlError } from '../../faults/postgres/sql-error.ts'
import { at, defence, experiment, jobsAccounted } from '../../lab/index.ts'
import { messageShop } from '../../targets/shop/message-shop.ts'
import { links } from '../../targets/shop/selectors.ts'
import { isPoison } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const tries = 3
const sending = messages({ perSecond: 12 })
/** A deadlock's victim, a full disk, a demoted primary, a lock that was not to be had. */
const states = ['40P01', '53100', '25006', '55P03']
const sick = (code: string, index: number) =>
  at('0ms', sqlError(links(/^worker-/, 'postgres'), code, { hits: { skip: index, every: 20 } }), {
    name: `sick-${code}`,
    for: '10s',
    leastEach: 3,
  })

/**
 * For ten seconds the database answers every fifth statement of the workers with what it is in right
 * now. A healthy message is tried again and again meanwhile; counted as its own failures, three of
 * these bury it, and somebody has to dig out a thousand the next morning.
 * Scenarios: MSG-03
 */
export default experiment({
  title: 'A sick database buries no healthy message',
  because:
    'Dead letters are for people to look at. Thousands that only came at a bad time hide the few that matter.',
  target: messageShop({
    'dead-letter-queue': { attempts: tries },
    'message-lease': { leaseMs: 2_000 },
    'message-backoff': { baseMs: 200, capMs: 1_000 },
  }),
  steadyState: areTakenIn(sending),
  workloads: [sending],
  schedule: states.map(sick),
  baseline: '3s',
  abortWhen: [],
  checks: {
    // None of them is poison, so none may be dead.
    noneBuried: jobsAccounted(sending, { poison: { is: isPoison, tries } }),
  },
  defences: [defence('error-classes', { breaks: 'noneBuried' })],
})
