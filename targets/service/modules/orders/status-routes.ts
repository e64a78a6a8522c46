import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { notFound, unavailable } from '../../problem.ts'
import type { Board } from './board.ts'
import type { Figures } from './figures.ts'
import type { Orders } from './repository.ts'

const byId = z.object({ id: z.uuid() })

interface Parts {
  readonly identity: Identity
  readonly orders: Orders
  readonly board: Board
  /** Nothing where no ClickHouse is configured. */
  readonly figures: Figures | undefined
}

/** What orders are in, from the copies: as of a moment ago, and without asking for the orders. */
export function addStatusRoutes(http: Http, { identity, orders, board, figures }: Parts): void {
  http.get('/v1/orders/:id/status', async request => {
    const caller = await identity.caller(request)
    const { id } = parse(byId, request.params)
    const { userId, status } = (await board.find(id)) ?? (await orders.find(id))
    if (userId !== caller.userId && !caller.may('orders:any')) throw notFound('order')
    return { id, status }
  })
  if (!figures) return
  http.get('/v1/orders/figures', async request => {
    await identity.caller(request, 'orders:any')
    const perStatus = await figures.perStatus().catch(cause => {
      const title = 'The figures cannot be read at the moment.'
      throw unavailable('clickhouse-unavailable', title, { cause })
    })
    return { perStatus }
  })
}
