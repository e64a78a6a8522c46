import type { Module } from '../../kit.ts'
import { migrations } from './migrations.ts'
import { createOrders } from './repository.ts'
import { addCheckoutRoutes } from './routes.ts'
import { createCheckout } from './service.ts'

export const checkoutModule: Module = {
  name: 'checkout',
  migrations,
  start: {
    api: (kit, http) => {
      const checkout = createCheckout({
        orders: createOrders(kit.db),
        redis: kit.redis,
        writer: kit.confirmedWrites,
        writes: kit.guard('redis-writes'),
        reads: kit.guard('redis-reads'),
      })
      addCheckoutRoutes(http, checkout)
    },
  },
}
