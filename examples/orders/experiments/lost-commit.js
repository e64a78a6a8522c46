import {
  at,
  atMost,
  errorRatio,
  experiment,
  hypothesis,
  noCrashes,
  noLostWrites,
} from 'resilience-lab'
import { loseAcknowledgement } from 'resilience-lab/faults'
import { ordering, target } from '../resilience/target.js'

export default experiment({
  title: 'An order is placed once, though the answer to its COMMIT is lost',
  because: 'Who orders one sofa and gets two sends one back, and does not come again.',
  target,
  steadyState: [hypothesis('nearly every order is placed', errorRatio(ordering), atMost(0.01))],
  workloads: [ordering],
  schedule: [
    at(
      '500ms',
      loseAcknowledgement(target.links('api', 'postgres'), {
        on: { statement: 'COMMIT' },
        hits: { every: 7 },
      }),
      { for: '5s', least: 5 },
    ),
  ],
  baseline: '2s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(ordering).above(0.9).for('10s')],
  checks: { onceEach: noLostWrites(ordering), alive: noCrashes() },
  defences: [],
})
