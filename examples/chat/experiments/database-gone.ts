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
  title: 'Who comes back while the database is gone ends no process',
  because:
    'Everybody comes back at once when something is wrong, and that is when the database is gone, too.',
  target,
  steadyState: [
    hypothesis('nearly every message is confirmed', errorRatio(chatting), atMost(0.01)),
    hypothesis('nearly every page is shown', errorRatio(browsing), atMost(0.01)),
  ],
  workloads: [chatting, browsing],
  schedule: [
    at('1s', down(target.postgres), { for: '3s', name: 'database' }),
    at('2s', down(target.links('client', 'api')), { for: '300ms', name: 'sockets' }),
  ],
  baseline: '3s',
  duration: '10s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(browsing).above(0.98).for('10s')],
  checks: { alive: noCrashes({ of: /^api-/ }), everybodySeesIt: noGapsNoDuplicates(chatting) },
  defences: [],
})
