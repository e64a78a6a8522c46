import { blackHole } from '../faults/network/black-hole.ts'
import { closeConnections } from '../faults/network/close-connections.ts'
import { down } from '../faults/network/down.ts'
import { halfOpen } from '../faults/network/half-open.ts'
import { latency } from '../faults/network/latency.ts'
import { packetLoss } from '../faults/network/packet-loss.ts'
import { kill } from '../faults/process/kill.ts'
import { pause } from '../faults/process/pause.ts'
import { restart } from '../faults/process/restart.ts'
import { stutter } from '../faults/process/stutter.ts'
import {
  conservation,
  honestRefusals,
  jobsAccounted,
  noGapsNoDuplicates,
  noLostWrites,
  storm,
} from '../lab/index.ts'
import { singlePostgres } from '../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../targets/shop/redis-layouts.ts'
import { instance, links, postgresPart, redisServer } from '../targets/shop/selectors.ts'
import { shop } from '../targets/shop.ts'
import { chat } from '../targets/workloads/chat.ts'
import { checkout, checkoutDeadlineMs, promisedTotal } from '../targets/workloads/checkout.ts'
import { isPoison } from '../targets/workloads/message-inputs.ts'
import { messages } from '../targets/workloads/messages.ts'
import { onePerKey, stockAddsUp } from '../targets/workloads/order-promises.ts'
import { orders } from '../targets/workloads/orders.ts'

const buying = checkout({ perSecond: 20 })
const chatting = chat({ connections: 20, perSecond: 15 })
const sending = messages({ perSecond: 15 })
const ordering = orders({ perSecond: 15, paying: 0.3 })

const toStores = links(/^shop-\d+$/, /^(redis|postgres)$/)
const toRedis = links(/^shop-\d+$/, 'redis')
const toPostgres = links(/^shop-\d+$/, 'postgres')
const unpaid = { 'slow-peer': 'it calls no peer' }

/**
 * Experiments ask questions that somebody thought of. This asks the one that nobody did: what becomes
 * of each kind of traffic under each ordinary fault? Only promises that hold in any weather decide.
 */
export default storm({
  title: 'Storm matrix',
  target: shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 2,
    workers: 1,
    peers: ['payments'],
  }),
  workloads: {
    checkout: {
      workload: buying,
      checks: {
        kept: noLostWrites(buying, { write: 'checkout', promised: promisedTotal }),
        honest: honestRefusals(buying, {
          deadlineMs: checkoutDeadlineMs + 300,
          // Clients come in by the instances: one that is killed cuts them off, and can say nothing.
          typed: ({ ended, status = 503, code }) =>
            ended === 'cut' ||
            (ended === 'refused' &&
              (status < 500 || ([503, 504].includes(status) && code !== undefined))),
        }),
      },
      unfelt: unpaid,
    },
    chat: { workload: chatting, checks: { inOrder: noGapsNoDuplicates(chatting) }, unfelt: unpaid },
    messages: {
      workload: sending,
      checks: { accounted: jobsAccounted(sending, { poison: { is: isPoison, tries: 8 } }) },
      unfelt: unpaid,
    },
    orders: {
      workload: ordering,
      checks: {
        onceEach: noLostWrites(ordering, onePerKey),
        stockAddsUp: conservation(ordering, stockAddsUp),
      },
    },
  },
  faults: {
    latency: { fault: latency(toStores, '40ms', '20ms'), for: '3s' },
    loss: { fault: packetLoss(toStores, 0.03), for: '3s' },
    cut: { fault: closeConnections(toStores), for: '2s' },
    'black-hole': { fault: blackHole(toStores), for: '2s' },
    'redis-refuses': { fault: down(toRedis), for: '3s' },
    'redis-restarts': { fault: restart(redisServer) },
    'postgres-refuses': { fault: down(toPostgres), for: '3s' },
    'postgres-restarts': { fault: restart(postgresPart) },
    'present-dead': { fault: halfOpen(toStores, { which: 'present' }), for: '3s' },
    'instance-killed': { fault: kill(instance(1)), for: '2s' },
    'instance-frozen': { fault: pause(instance(1)), for: '3s' },
    'instance-busy': {
      fault: stutter(instance(1), { freeze: '150ms', every: '300ms' }),
      for: '3s',
    },
    'slow-peer': { fault: latency(links(/^shop-\d+$/, 'payments'), '600ms'), for: '3s' },
  },
})
