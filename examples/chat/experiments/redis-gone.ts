import {
  at,
  atMost,
  errorRatio,
  experiment,
  hypothesis,
  noCrashes,
  noGapsNoDuplicates,
} from 'resilience-lab'
import { down } from 'resilience-lab/faults'
import { browsing, chatting, target } from '../resilience/target.ts'

export default experiment({
  title: 'Who was told that a message is sent, finds it with everybody, though Redis was gone',
  because: 'A message that one sees and another does not makes two conversations of one.',
  target,
  steadyState: [
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
    hypothesis('nearly every page is shown', errorRatio(browsing), atMost(0.01)),
  ],
  workloads: [chatting, browsing],
  schedule: [at('1s', down(target.redis), { for: '3s' })],
  baseline: '3s',
  duration: '10s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(browsing).above(0.9).for('10s')],
  checks: { everybodySeesIt: noGapsNoDuplicates(chatting), alive: noCrashes({ of: /^api-/ }) },
  defences: [],
})
