import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Http } from '../../kit.ts'
import { checkoutRequest } from './order.ts'
import type { Checkout } from './service.ts'

const byId = z.object({ id: z.uuid() })

export function addCheckoutRoutes(http: Http, checkout: Checkout): void {
  http.post('/checkout', async (request, reply) => {
    const order = await checkout.place(parse(checkoutRequest, request.body))
    reply.code(201)
    return { ...order, sessionId: order.orderId }
  })
  http.get('/orders/:id', async request => checkout.order(parse(byId, request.params).id))
  http.get('/sessions/:id', async request => checkout.session(parse(byId, request.params).id))
}
