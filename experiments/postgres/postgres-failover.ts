import { down } from '../../faults/network/down.ts'
import { moveName } from '../../faults/network/move-name.ts'
import { promote } from '../../faults/postgres-standby/promote.ts'
import { kill } from '../../faults/process/kill.ts'
import {
  after,
  at,
  atMost,
  bounded,
  control,
  defence,
  errorRatio,
  experiment,
  hypothesis,
  longestOutage,
  noLostWrites,
} from '../../lab/index.ts'
import type { PostgresStandby } from '../../targets/postgres-standby.ts'
import type { RedisNode } from '../../targets/runtime/redis-node.ts'
import { replicatedPostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { links, postgresName, postgresOf, standbyServer } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { checkout, promisedTotal } from '../../targets/workloads/checkout.ts'

type System = Shop<RedisNode, PostgresStandby>
const parts = { redis: singleRedis(), instances: 2 }
const asynchronous = shop({ ...parts, postgres: replicatedPostgres({ synchronous: false }) })
const moved = checkout({ perSecond: 15, at: 1, finds: 'orders' })
const left = checkout({ perSecond: 35, at: 2, finds: 'orders' })
const kept = { write: 'checkout', promised: promisedTotal }
/** The name is lost again here, for so long. */
const late = (move: string, instance: string) =>
  after(move, '700ms', down(links(instance, 'postgres')), { for: '6s', name: `late-${move}` })

/**
 * The primary loses its standby and lives on. The standby takes over, and the name moves: for the
 * first instance at once, for the second after two seconds, in which it still asks the old primary.
 * Whatever that confirms is lost. Synchronous replication is a setting of the servers.
 * Scenarios: DAT-07
 */
export default experiment<System>({
  title: 'A failover of the database loses no order, and never do two databases confirm one',
  because:
    'An order that only the old primary knows was paid for and is gone, and nobody can tell whose it was.',
  target: shop({ ...parts, postgres: replicatedPostgres({ synchronous: true }) }),
  steadyState: [
    hypothesis('nearly every checkout succeeds', errorRatio(moved), atMost(0.01)),
    hypothesis('and so at the other instance', errorRatio(left), atMost(0.01)),
  ],
  baseline: '3s',
  workloads: [moved, left],
  schedule: [
    at('1s', down(links('standby', 'postgres')), { name: 'cut', within: '500ms' }),
    after('cut', '1s', promote(standbyServer)),
    after('promote', '0ms', moveName(postgresName('shop-1')), { name: 'first' }),
    after('promote', '2s', kill(postgresOf('shop-2'))),
    after('kill', '0ms', moveName(postgresName('shop-2')), { name: 'second' }),
  ],
  duration: '16s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(moved).above(0.95).for('15s')],
  checks: {
    kept: noLostWrites(moved, kept),
    keptByTheOther: noLostWrites(left, kept),
    // A connection is opened anew for each request that fails, so a second would do on a fast machine.
    outage: longestOutage(moved, { atMost: '4s', from: 'first' }),
    outageOfTheOther: longestOutage(left, { atMost: '4s', from: 'second' }),
    // 35 a second for the 700 ms that each may wait, and half as many again for a busy machine.
    waiting: bounded('shop-2', 'poolWaiting', { atMost: 37 }),
  },
  // Either alone bounds the waiting: a request that is over takes no connection.
  defences: [defence(['pool-limits', 'request-deadline'], { breaks: 'waiting' })],
  controls: [
    control('a standby that is not waited for', {
      breaks: 'kept',
      mayAlsoBreak: ['keptByTheOther'],
      target: asynchronous,
    }),
    control('an old primary that confirms alone', {
      breaks: 'keptByTheOther',
      mayAlsoBreak: ['kept'],
      target: asynchronous,
    }),
    control<System>('a name that is lost again', {
      breaks: 'outage',
      strikes: [late('first', 'shop-1')],
    }),
    control<System>('a name that is lost again for the other', {
      breaks: 'outageOfTheOther',
      strikes: [late('second', 'shop-2')],
    }),
  ],
})
