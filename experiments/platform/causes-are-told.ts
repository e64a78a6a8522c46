import { sqlError } from '../../faults/postgres/sql-error.ts'
import { heldLock } from '../../faults/postgres-server/held-lock.ts'
import { kill } from '../../faults/process/kill.ts'
import { after, alertFires, at, equals, experiment, hypothesis } from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { sentinel } from '../../targets/shop/redis-layouts.ts'
import { links, postgresServer, replica, replicaCount } from '../../targets/shop/selectors.ts'
import { shop } from '../../targets/shop.ts'
import { traceOf } from '../../targets/workloads/message-inputs.ts'
import { areTakenIn, messages } from '../../targets/workloads/messages.ts'

const tries = 3
const sending = messages({ perSecond: 12, poison: { rollsBack: 8 } })
const rollBack = sqlError(links(/^worker-/, 'postgres'), 'P0001', {
  on: { text: "*set state = 'done'*", trace: traceOf('rollsBack') },
})

/**
 * Every message is accepted, so no client complains and no budget burns: some can never be handled, then
 * none is for a while, and last the primary of Redis has one replica less than its writes need.
 * Scenarios: MSG-04
 */
export default experiment({
  title: 'What breaks behind accepted requests is told by an alert before anybody complains',
  because:
    'A queue that nobody empties, a mail that nobody sends and a replica that is gone look like a quiet day.',
  target: shop({
    postgres: singlePostgres(),
    redis: sentinel({ replicas: 2, sentinels: 3 }),
    instances: 2,
    workers: 2,
    config: {
      defenceSettings: {
        'dead-letter-queue': { attempts: tries },
        'message-lease': { leaseMs: 2_000 },
        'message-backoff': { baseMs: 200, capMs: 1_000 },
      },
    },
  }),
  steadyState: [
    ...areTakenIn(sending),
    hypothesis('both replicas follow the primary', replicaCount, equals(2)),
  ],
  workloads: [sending],
  schedule: [
    at('500ms', rollBack, { for: '4s', name: 'poison', within: '500ms', least: tries }),
    after('poison', '1s', heldLock(postgresServer, 'messages_stored', 'share row exclusive'), {
      ...{ name: 'stuck', once: 'healed', for: '7s', least: 1 },
    }),
    after('stuck', '1s', kill(replica), { name: 'lost', once: 'healed', for: '4s' }),
  ],
  baseline: '4s',
  recoverWithin: '30s',
  abortWhen: [],
  checks: {
    deadTold: alertFires({
      ...{ name: 'DeadLettersGrow', from: 'poison' },
      ...{ within: '10s', resolvesWithin: '14s' },
    }),
    queueTold: alertFires({
      ...{ name: 'MessageQueueStale', from: 'stuck' },
      ...{ within: '7s', resolvesWithin: '6s' },
    }),
    replicaTold: alertFires({
      ...{ name: 'RedisReplicaLost', from: 'lost' },
      ...{ within: '5s', resolvesWithin: '10s' },
    }),
  },
  defences: [],
})
