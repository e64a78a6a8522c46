import { latency } from '../../faults/network/latency.ts'
import { dropAnswer } from '../../faults/postgres/drop-answer.ts'
import { kill } from '../../faults/process/kill.ts'
import { restart } from '../../faults/process/restart.ts'
import {
  after,
  at,
  atMost,
  closedWith,
  control,
  defence,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  jobsAccounted,
  noGapsNoDuplicates,
  type Target,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { instance, links, worker } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { messages } from '../../targets/workloads/messages.ts'

const standing = (config = {}): Target<Shop> =>
  shop({
    ...{ postgres: singlePostgres(), redis: singleRedis(), config },
    ...{ instances: 2, workers: 1, balancer: true },
  })
const buying = checkout({ perSecond: 20 })
// Whoever changes the instance is away for a moment, in which somebody must say something.
const chatting = chat({ connections: 20, perSecond: 10, channels: 2 })
const sending = messages({ perSecond: 3 })
const toPostgres = links(/^(shop|worker)-\d+$/, 'postgres')
/** Holds what the worker has in hand right before it is crossed off. */
const midJob = dropAnswer(links('worker-1', 'postgres'), {
  on: { text: "*set state = 'done'*" },
  hits: { first: 2 },
})

/**
 * A deployment at noon: each process is told to end and started again, one after the other as each is
 * there again, behind the balancer. The database is a little slow all the while, so that there is
 * always something in flight to be lost.
 * Scenarios: API-08, API-09, SES-02, PLT-03
 */
export default experiment({
  title: 'A rolling restart at noon fails no request, drops no socket unsaid, and loses no job',
  because: 'A service that can only be deployed at night is deployed seldom, and all at once.',
  target: standing(),
  steadyState: [hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01))],
  workloads: [buying, chatting, sending],
  schedule: [
    at('0s', latency(toPostgres, '20ms'), { name: 'deployment' }),
    at('500ms', restart(instance(1)), { name: 'restart-1', least: 1 }),
    // The balancer has taken it back by then.
    after('restart-1', '1500ms', restart(instance(2)), { name: 'restart-2', least: 1 }),
    after('restart-2', '500ms', restart(worker(1)), { name: 'restart-3' }),
  ],
  baseline: '3s',
  duration: '20s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    // Not even an honest refusal: there was always an instance that could do it.
    served: goodput(buying, { atLeast: 1, answeredWithin: '3s' }),
    told: closedWith(chatting, { code: 1012 }),
    inOrder: noGapsNoDuplicates(chatting),
    jobs: jobsAccounted(sending),
  },
  defences: [
    defence('graceful-shutdown', { breaks: 'told', mayAlsoBreak: ['served', 'jobs'] }),
    defence('readiness', { breaks: 'served' }),
    defence('websocket-resume', { breaks: 'inOrder' }),
  ],
  controls: [
    control('a worker that dies at work, and nobody takes what it had', {
      breaks: 'jobs',
      strikes: [
        at('0ms', midJob, { name: 'hold', for: '1500ms' }),
        after('hold', '1s', kill(worker(1)), { for: '1s' }),
      ],
      target: standing({ defencesOff: ['message-lease'] }),
    }),
  ],
})
