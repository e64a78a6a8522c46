import {
  at,
  atMost,
  closedWith,
  errorRatio,
  experiment,
  hypothesis,
  noCrashes,
  noGapsNoDuplicates,
} from 'resilience-lab'
import { restart } from 'resilience-lab/faults'
import { browsing, chatting, target } from '../resilience/target.ts'

export default experiment({
  title: 'A deployment tells every socket to come back, and nobody misses a message',
  because: 'A browser that is cut off without a word waits for minutes before it notices.',
  target,
  steadyState: [
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
    hypothesis('nearly every page is shown', errorRatio(browsing), atMost(0.01)),
  ],
  workloads: [chatting, browsing],
  schedule: [
    at('1s', restart(target.api.instance(1)), { name: 'first' }),
    at('4s', restart(target.api.instance(2)), { name: 'second' }),
  ],
  baseline: '3s',
  duration: '10s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(browsing).above(0.9).for('10s')],
  checks: {
    told: closedWith(chatting, { code: 1012 }),
    everybodySeesIt: noGapsNoDuplicates(chatting),
    alive: noCrashes({ of: /^api-/ }),
  },
  defences: [],
})
