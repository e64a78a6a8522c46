import { down } from '../../faults/network/down.ts'
import { sqlError } from '../../faults/postgres/sql-error.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  after,
  alertFires,
  at,
  atMost,
  errorRatio,
  experiment,
  hypothesis,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { sentinel } from '../../targets/shop/redis-layouts.ts'
import { links, replica } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { chat } from '../../targets/workloads/chat.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { traceOf } from '../../targets/workloads/message-inputs.ts'
import { messages } from '../../targets/workloads/messages.ts'

const buying = checkout({ perSecond: 20 })
const sending = messages({ perSecond: 10, poison: { rollsBack: 8 } })
const rollBack = sqlError(links(/^worker-/, 'postgres'), 'P0001', {
  on: { text: "*set state = 'done'*", trace: traceOf('rollsBack') },
})

/** Something of everything, so that there is something to draw on every panel. */
export const aBadDay = experiment({
  title: 'A bad day is seen on every panel',
  because: 'A dashboard is read when something is wrong, and an empty panel says that nothing is.',
  target: shop({
    postgres: singlePostgres(),
    redis: sentinel({ replicas: 2, sentinels: 3 }),
    instances: 2,
    workers: 1,
  }),
  steadyState: [hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.05))],
  workloads: [buying, sending, chat({ connections: 10, perSecond: 5 })],
  baseline: '4s',
  schedule: [
    at('500ms', rollBack, { for: '4s', name: 'poison' }),
    at('1s', kill(replica), { for: '3s', name: 'replica' }),
    after('poison', '500ms', down(links('shop-1', 'redis-1')), {
      ...{ name: 'redis-away', once: 'healed', for: '4s' },
    }),
  ],
  recoverWithin: '30s',
  abortWhen: [],
  checks: {
    told: alertFires({ name: 'CircuitBreakerOpen', within: '15s', resolvesWithin: '10s' }),
  },
  defences: [],
})
