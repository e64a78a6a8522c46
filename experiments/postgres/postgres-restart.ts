import { halfOpen } from '../../faults/network/half-open.ts'
import { kill } from '../../faults/process/kill.ts'
import { pause } from '../../faults/process/pause.ts'
import {
  after,
  atMost,
  backToBaseline,
  bounded,
  conservation,
  control,
  defence,
  equals,
  errorRatio,
  experiment,
  hypothesis,
  longestOutage,
  noLostWrites,
  p95,
  when,
} from '../../lab/index.ts'
import { copyUnasked } from '../../targets/postgres-backup.ts'
import type { RedisNode } from '../../targets/runtime/redis-node.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { instance, links, mailServer, postgresPart } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { backups, backupUnderWay, missing } from '../../targets/workloads/backups.ts'
import { checkout, promisedTotal } from '../../targets/workloads/checkout.ts'
import { seatOf } from '../../targets/workloads/endpoints.ts'
import { registrations } from '../../targets/workloads/registrations.ts'

type System = Shop<RedisNode, undefined, 'smtp'>
const peers = ['smtp'] as const
const standing = {
  postgres: singlePostgres(),
  redis: singleRedis(),
  ...{ instances: 2, workers: 1, peers },
}
/** Of a server that says yes before anything is in its log. */
const forgetful = shop({
  ...standing,
  postgres: singlePostgres({ settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } }),
})
const unasked = shop({ ...standing, backUp: copyUnasked })
const toPostgres = links(/^(shop|worker)-/, 'postgres')
/** They come all at once, and fill the pools; then steadily. */
const rush = [
  { for: '0ms', perSecond: 150 },
  { for: '700ms', perSecond: 150 },
  { for: '0ms', perSecond: 30 },
] as const
const buying = checkout({ perSecond: rush, stays: true, finds: 'orders' })
const registering = registrations({ perSecond: 1 })
const backingUp = backups({ thinkTime: '1s', count: 30 })

/**
 * A database seldom dies at once: it hangs, as on a stuck disk, and soon after it is gone. Here it
 * takes an instance with it, as when a host fails, and that is back before the database is.
 * Scenarios: DAT-02, DAT-03, DAT-04, DAT-11, ACC-01
 */
export default experiment<System>({
  title: 'A crash of the database costs seconds, and nothing that was confirmed',
  because:
    'Databases crash. What had to be restarted by hand would be away until somebody woke up.',
  target: shop(standing),
  steadyState: [
    hypothesis('checkout answers quickly', p95(buying), atMost('500ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
  ],
  workloads: [buying, registering, backingUp],
  schedule: [
    when(backupUnderWay, equals(true), pause(postgresPart), { for: '3500ms', atMost: '10s' }),
    after('pause', '2s', kill(postgresPart), { once: 'healed', for: '3500ms', name: 'crash' }),
    after('crash', '0ms', kill(instance(2)), { for: '500ms', name: 'host' }),
  ],
  // An idle connection is kept for ten seconds before a pool gives it back.
  duration: '27s',
  recoverWithin: '20s',
  abortWhen: [errorRatio(buying).above(0.95).for('20s')],
  checks: {
    // Dead for 3.5 s; then an instance that was started meanwhile, which takes a busy machine some
    // seconds, must have tried again.
    outage: longestOutage(buying, { atMost: '15s', by: seatOf(2) }),
    kept: noLostWrites(buying, { write: 'checkout', promised: promisedTotal }),
    registered: noLostWrites(registering, { write: 'register' }),
    restorable: conservation(backingUp, { quantity: missing, is: 0 }),
    // 15 a second for the 700 ms that each may wait, and as many again for a busy machine.
    waiting: bounded('shop-1', 'poolWaiting', { atMost: 20 }),
    // The pools were full before; the worker's was not.
    givenBack: backToBaseline('postgres', 'sessions', { within: '11s', slack: 6 }),
  },
  defences: [
    defence('start-up-retry', { breaks: 'outage' }),
    defence('pool-limits', { breaks: 'waiting' }),
  ],
  controls: [
    control('a server that confirms orders it can lose', {
      breaks: 'kept',
      mayAlsoBreak: ['registered'],
      target: forgetful,
    }),
    control<System>('mails that are tried once', {
      breaks: 'registered',
      target: shop({ ...standing, config: { defencesOff: ['mail-outbox'] } }),
      strikes: [
        after('crash', '1s', kill(mailServer), { once: 'healed', for: '3s', name: 'mail' }),
      ],
    }),
    control('files copied without asking the server', {
      breaks: 'restorable',
      target: unasked,
    }),
    control<System>('sessions that only the server believes in', {
      breaks: 'givenBack',
      strikes: (['1s', '2s', '3s'] as const).map(delay =>
        after('crash', delay, halfOpen(toPostgres, { which: 'present', left: 'server' }), {
          once: 'healed',
          for: '500ms',
        }),
      ),
    }),
  ],
})
