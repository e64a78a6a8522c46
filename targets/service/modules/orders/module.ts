import { openClickhouse } from '../../clickhouse/open.ts'
import type { Kit, Module } from '../../kit.ts'
import { loop } from '../../resilience/loop.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import { announceAtOnce, announceLater, relayTo } from './announcements.ts'
import { createBoard } from './board.ts'
import { createCarts } from './cart.ts'
import { createCredit } from './credit.ts'
import { createFigures } from './figures.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { addGraphqlRoutes } from './graphql-routes.ts'
import { migrations } from './migrations.ts'
import { addOrderRoutes } from './order-routes.ts'
import { createPaying } from './paying.ts'
import { createPayments, openDuePayments, paymentPolicy } from './payments.ts'
import { createPlacing } from './placing.ts'
import { addProductRoutes } from './product-routes.ts'
import { createProducts } from './products.ts'
import { createReconciling } from './reconciling.ts'
import { createOrders } from './repository.ts'
import { addStatusRoutes } from './status-routes.ts'
import { createStock } from './stock.ts'

export const ordersModule: Module = {
  name: 'orders',
  migrations,
  start: {
    api: async (kit, http) => {
      const { db, defences, identity } = kit
      const { transact, stock, paying, announce, board, figures } = await build(kit)
      const guard = kit.guard('postgres-orders')
      const [products, orders] = [createProducts(db), createOrders(db)]
      addProductRoutes(http, identity, products)
      addGraphqlRoutes(http, { identity, orders, products })
      addOrderRoutes(http, {
        identity,
        paying,
        orders,
        carts: createCarts(db),
        placing: createPlacing({ db, transact, stock, guard, defences, announce }),
        credit: createCredit(db, transact, defences),
      })
      addStatusRoutes(http, { identity, orders, board, figures })
    },
    worker: async kit => {
      const { transact, lookout, defences, log } = kit
      const { paying, reconciling, copies } = await build(kit)
      untilClosed(kit.onClose, signal =>
        Promise.all([
          defences.on('payment-reconciliation') &&
            loop('payments', reconciling.reconcile, lookout.loopUntil(reconciling.waiting, signal)),
          defences.on('reservation-expiry') &&
            loop('reservations', paying.expire, lookout.loopUntil(paying.forgotten, signal)),
          ...copies.map(copy => {
            const { waiting, relay } = relayTo(copy, transact, log)
            return loop(`orders-${copy.name}`, relay, lookout.loopUntil(waiting, signal))
          }),
        ]),
      )
    },
  },
}

/** Without a gateway every payment stays in doubt, which is what can truly be said of it. */
const noGateway: Gateway = { charge: async () => 'unknown', refund: async () => 'nothing' }

async function build(kit: Kit) {
  const { config, db, transact, defences, log, redis, onClose } = kit
  const stock = createStock(defences)
  const gateway = config.payments
    ? createGateway(config.payments, kit.guard('payments'), defences)
    : noGateway
  const client = config.clickhouse && (await openClickhouse(config.clickhouse))
  if (client) onClose(() => client.close())
  const figures = client && createFigures(client)
  const board = createBoard(redis, defences)
  const copies = [...(figures ? [figures] : []), board]
  const announce = defences.on('transactional-outbox')
    ? announceLater(copies)
    : announceAtOnce(copies, log)
  const policy = paymentPolicy(defences)
  const payments = createPayments(policy)
  const queue = openDuePayments(db, policy)
  const parts = { db, transact, stock, payments, gateway, defences, announce, log }
  const paying = createPaying(parts)
  const reconciling = createReconciling({ ...parts, paying, queue })
  return { transact, stock, paying, reconciling, announce, copies, board, figures }
}
