import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem } from '../peers/problem.ts'
import type { Booking, Charge, PaymentLedger } from './ledger.ts'

const cents = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
const chargeOrder = z.strictObject({
  /** The merchant's own name for what is paid: an order number. */
  reference: z.string().min(1).max(200),
  amountCents: cents,
  currency: z.string().regex(/^[A-Z]{3}$/),
})
const refundOrder = z.strictObject({ amountCents: cents })
const byKey = z.object({ key: z.string().min(1).max(200) })
const page = z.strictObject({
  reference: z.string().optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

interface Gateway {
  readonly apiKey: string
  readonly ledger: PaymentLedger
  /** Asked once for each new charge. */
  readonly declines: () => boolean
}

export function paymentRoutes(app: FastifyInstance, { apiKey, ledger, declines }: Gateway): void {
  app.addHook('preHandler', async request => {
    if (request.headers.authorization === `Bearer ${apiKey}`) return
    throw new Problem(401, 'unauthorized', 'The API key is missing or wrong.')
  })
  app.post('/charges', (request, reply) => {
    const key = idempotencyKey(request)
    const order = chargeOrder.parse(request.body)
    const status = !ledger.find(key) && declines() ? 'declined' : 'succeeded'
    const { entry, replayed } = booked(ledger.charge(key, { ...order, status }))
    if (replayed) reply.header('idempotent-replayed', 'true')
    if (entry.status === 'declined') {
      throw new Problem(402, 'declined', 'The card was declined.', { charge: entry })
    }
    return reply.code(replayed ? 200 : 201).send(withRefunds(ledger, entry))
  })
  app.get('/charges', request => {
    const { limit, reference, after } = page.parse(request.query)
    const charges = ledger.list({
      limit,
      ...(reference !== undefined && { reference }),
      ...(after !== undefined && { after }),
    })
    return { charges: charges.map(entry => withRefunds(ledger, entry)) }
  })
  app.get('/charges/:key', request => withRefunds(ledger, found(ledger, request)))
  app.post('/charges/:key/refunds', (request, reply) => {
    const key = idempotencyKey(request)
    const charge = found(ledger, request)
    const { amountCents } = refundOrder.parse(request.body)
    if (!ledger.hasRefund(key) && amountCents > ledger.refundableCents(charge)) {
      throw new Problem(422, 'not-refundable', 'That is more than is left of this charge.')
    }
    const { entry, replayed } = booked(ledger.refund(key, charge.key, amountCents))
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.code(replayed ? 200 : 201).send(entry)
  })
}

function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && key.length >= 1 && key.length <= 200) return key
  throw new Problem(400, 'no-idempotency-key', 'Idempotency-Key must have 1 to 200 characters.')
}

function booked<Entry>(booking: Booking<Entry>): { entry: Entry; replayed: boolean } {
  if (booking.kind !== 'conflict') {
    return { entry: booking.entry, replayed: booking.kind === 'replayed' }
  }
  throw new Problem(422, 'key-reused', 'This Idempotency-Key was used for another request.')
}

function found(ledger: PaymentLedger, request: FastifyRequest): Charge {
  const charge = ledger.find(byKey.parse(request.params).key)
  if (!charge) throw new Problem(404, 'not-found', 'There is no charge with this key.')
  return charge
}

function withRefunds(ledger: PaymentLedger, entry: Charge) {
  const refundedCents =
    entry.status === 'succeeded' ? entry.amountCents - ledger.refundableCents(entry) : 0
  return { ...entry, refundedCents }
}
