import { afterAll, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually, signedIn } from '../person.ts'
import { test } from '../warm.ts'
import { order, product, shelf, shopkeeper } from './shop.ts'

let app: Application
let keeper: Client
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      peers: ['payments'],
      config: {
        defenceSettings: {
          'payment-reconciliation': { retryMs: 700 },
          // A gateway on a busy machine is not a silent one.
          'payment-timeout': { timeoutMs: 1_500 },
        },
      },
    },
    warm,
  )
  keeper = await shopkeeper(app)
})
afterAll(() => app[Symbol.asyncDispose]())

describe('ORD-04 payments that fail', () => {
  test('releases the goods when the card is declined', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 2 })
    const { id } = (await order(buyer, [{ productId, quantity: 2 }])).body
    await app.payments.admin.post({ kind: 'decline', times: 1 })
    expect((await buyer.post(`/v1/orders/${id}/pay`)).status).toBe(402)
    expect((await buyer.get(`/v1/orders/${id}`)).body.status).toBe('payment-failed')
    expect(await shelf(app, productId)).toEqual({ available: 2, reserved: 0, sold: 0 })
  })

  test('charges once when the answer is lost after the charge, and finds out', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 2 })
    const placed = (await order(buyer, [{ productId, quantity: 1 }])).body
    const fault = await app.payments.admin.post({ kind: 'reset', after: true, times: 3 })
    const headers = { 'x-deadline-ms': '3000' }
    const paid = await buyer.post(`/v1/orders/${placed.id}/pay`, undefined, { headers })
    expect(paid).toMatchObject({ status: 202, body: { payment: 'pending' } })
    expect((await buyer.post(`/v1/orders/${placed.id}/cancel`)).body.code).toBe('payment-pending')
    const settled = await eventually(
      async () => (await buyer.get(`/v1/orders/${placed.id}`)).body.status,
      status => status === 'paid',
    )
    expect(settled).toBe('paid')
    const { charges, chargedTwice } = await app.payments.statement()
    expect(charges.filter(each => each.reference === `${placed.number}`)).toHaveLength(1)
    expect(chargedTwice).toEqual([])
    expect(await app.payments.admin.landed(fault)).toBeGreaterThan(0)
    expect(await shelf(app, productId)).toEqual({ available: 1, reserved: 0, sold: 1 })
  })

  test('gives up on a silent gateway before the caller does, and finds out', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 2 })
    const placed = (await order(buyer, [{ productId, quantity: 1 }])).body
    const fault = await app.payments.admin.post({ kind: 'hang' })
    const headers = { 'x-deadline-ms': '8000' }
    const paid = await buyer.post(`/v1/orders/${placed.id}/pay`, undefined, { headers })
    expect(paid).toMatchObject({ status: 202, body: { payment: 'pending' } })
    expect(await shelf(app, productId)).toEqual({ available: 1, reserved: 1, sold: 0 })
    await app.payments.admin.heal(fault)
    await eventually(
      async () => (await buyer.get(`/v1/orders/${placed.id}`)).body.status,
      status => status === 'paid',
      15_000,
    )
    const { charges } = await app.payments.statement()
    expect(charges.filter(each => each.reference === `${placed.number}`)).toHaveLength(1)
  })

  test('charges once when everybody pays at once', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 1 })
    const placed = (await order(buyer, [{ productId, quantity: 1 }])).body
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => buyer.post(`/v1/orders/${placed.id}/pay`)),
    )
    expect(new Set(answers.map(each => each.status))).toEqual(new Set([200]))
    const { charges } = await app.payments.statement()
    expect(charges.filter(each => each.reference === `${placed.number}`)).toHaveLength(1)
  })
})
