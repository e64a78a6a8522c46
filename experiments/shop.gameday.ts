import { gameDayPanels } from '../dashboards/panels/game-day.ts'
import { allForms } from '../faults/all-forms.ts'
import { atMost, errorRatio, gameDay, hypothesis, p95 } from '../lab/index.ts'
import { singlePostgres } from '../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../targets/shop/redis-layouts.ts'
import { strikableParts } from '../targets/shop/strikable-parts.ts'
import { shop } from '../targets/shop.ts'
import { chat } from '../targets/workloads/chat.ts'
import { checkout } from '../targets/workloads/checkout.ts'
import { orders } from '../targets/workloads/orders.ts'

const buying = checkout({ perSecond: 15 })
const chatting = chat({ connections: 20, perSecond: 10 })
const ordering = orders({ perSecond: 8, paying: 0.3 })

/** The shop with two instances, a worker and a payment gateway, under the traffic of a quiet hour. */
export default gameDay({
  title: 'Game day of the shop',
  target: shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 2,
    workers: 1,
    peers: ['payments'],
  }),
  workloads: [buying, chatting, ordering],
  steadyState: [
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.02), { over: '5s' }),
    hypothesis('checkout answers quickly', p95(buying), atMost('400ms'), { over: '5s' }),
    hypothesis('chat is delivered', errorRatio(chatting), atMost(0.02), { over: '5s' }),
    hypothesis('nearly every order succeeds', errorRatio(ordering), atMost(0.05), { over: '5s' }),
  ],
  forms: allForms,
  panels: gameDayPanels,
  parts: strikableParts,
})
