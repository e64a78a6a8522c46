import {
  at,
  atMost,
  errorRatio,
  experiment,
  httpTraffic,
  hypothesis,
  noCrashes,
  noLostWrites,
} from 'resilience-lab'
import { latency } from 'resilience-lab/faults'
import { http, service, system } from 'resilience-lab/targets'

const target = system({
  api: service({
    command: 'node server.js',
    ready: http('/health'),
    env: ({ port }) => ({ PORT: port }),
  }),
})
const writing = httpTraffic({
  name: 'writing',
  perSecond: 20,
  request: (_random, number) => ({
    path: '/notes',
    key: `n-${number}`,
    body: { id: `n-${number}` },
  }),
  readBack: key => ({ path: `/notes/${key}` }),
})

export default experiment({
  title: 'What was noted on a slow line is kept',
  because: 'A note that was confirmed and is gone is missed by whoever wrote it.',
  target,
  steadyState: [hypothesis('nearly every note is taken', errorRatio(writing), atMost(0.01))],
  workloads: [writing],
  schedule: [at('500ms', latency(target.links('client', 'api'), '50ms'), { for: '2s' })],
  baseline: '2s',
  abortWhen: [],
  checks: { kept: noLostWrites(writing), alive: noCrashes() },
  defences: [],
})
