import { dropAnswer } from '../../faults/postgres/drop-answer.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  after,
  at,
  atMost,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  jobsAccounted,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { instance, links, worker } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { agents } from '../../targets/workloads/agents.ts'

const asking = agents({ perSecond: 12 })

/** Holds two runs of a worker, one of each loop, at their fourth step: people have heard of three. */
const midRun = (number: number) =>
  dropAnswer(links(`worker-${number}`, 'postgres'), {
    on: { statement: 'INSERT', table: 'agents_facts' },
    hits: { first: 2 },
  })

/**
 * A run takes seconds and several steps, and people watch it. A worker dies between two of them, and so
 * does the instance that people watch through. The run must go on where it was, once, and its watchers
 * hear the rest of it, once; or it says that it failed, and has done nothing.
 * Scenarios: AGT-01, AGT-02, AGT-03, AGT-05
 */
export default experiment({
  title: 'A run whose worker or instance dies is ended by another, and told right',
  because: 'A spinner that never ends is the worst answer: nobody knows whether to ask again.',
  target: shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 2,
    workers: 2,
    config: { defenceSettings: { 'agent-takeover': { leaseMs: 1_500, attempts: 3 } } },
  }),
  steadyState: [hypothesis('nearly every run is begun', errorRatio(asking), atMost(0.01))],
  workloads: [asking],
  schedule: [
    at('500ms', midRun(1), { name: 'hold-1', for: '2s', within: '500ms' }),
    after('hold-1', '1400ms', kill(worker(1)), { name: 'kill-1', for: '1s' }),
    at('4s', kill(instance(1)), { name: 'instance', for: '2s', within: '500ms' }),
    at('8s', midRun(2), { name: 'hold-2', for: '2s', within: '500ms' }),
    after('hold-2', '1400ms', kill(worker(2)), { name: 'kill-2', for: '1s' }),
  ],
  baseline: '3s',
  abortWhen: [],
  checks: {
    // Five events, each once and in order, with one effect; or an honest failure without any.
    ended: jobsAccounted(asking, { enqueue: 'ask' }),
  },
  defences: [defence('agent-takeover', { breaks: 'ended' })],
})
