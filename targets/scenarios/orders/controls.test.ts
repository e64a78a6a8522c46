import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { signedIn } from '../person.ts'
import { order, product, shelf, shopkeeper } from './shop.ts'

/** One instance with a part of its defences switched off. */
function without(...defencesOff: readonly string[]): Promise<Application> {
  // Deadlocks hold connections for a while; waiting for one is not what is tried here.
  const defenceSettings = { 'pool-limits': { acquireMs: 8_000 } }
  return startApplication({ instances: [['api']], config: { defencesOff, defenceSettings } })
}

/** Many orders at once, each for one of both products; half take them the other way round. */
async function buyCrosswise(app: Application, pairs: number) {
  const keeper = await shopkeeper(app)
  const buyer = await signedIn(app)
  const one = { productId: await product(keeper, { stock: 1_000 }), quantity: 1 }
  const two = { productId: await product(keeper, { stock: 1_000 }), quantity: 1 }
  const answers = await Promise.all(
    Array.from({ length: pairs }, (_, index) =>
      order(buyer, index % 2 === 0 ? [one, two] : [two, one]),
    ),
  )
  const statuses = answers.map(each => each.body.code ?? each.status)
  return { statuses, shelf: await shelf(app, one.productId) }
}

describe('ORD-07 deadlocks', () => {
  test('a victim tries again, so all finish and none is lost', async () => {
    await using app = await without('lock-order')
    const { statuses, shelf } = await buyCrosswise(app, 24)
    expect(new Set(statuses)).toEqual(new Set([201]))
    expect(shelf).toEqual({ available: 976, reserved: 24, sold: 0 })
    const metrics = await app.instances[0].client().get('/metrics')
    expect(metrics.body).toMatch(/pg_transaction_retries_total\{sqlstate="40P01".*\} [1-9]/)
  })

  test('control: without the retry a victim is an error', async () => {
    await using app = await without('lock-order', 'transaction-retry')
    const { statuses } = await buyCrosswise(app, 24)
    expect(statuses.filter(status => status === 'internal').length).toBeGreaterThan(0)
  })
})

describe('controls', () => {
  test('ORD-03: without the lock the same goods are reserved twice', async () => {
    await using app = await without('stock-lock')
    const keeper = await shopkeeper(app)
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 5 })
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => order(buyer, [{ productId, quantity: 1 }])),
    )
    const won = answers.filter(each => each.status === 201).length
    const { available, reserved } = await shelf(app, productId)
    expect(won > 5 || available + reserved !== 5 || reserved !== won).toBe(true)
  })

  test('ORD-05: without keys a repetition is another order', async () => {
    await using app = await without('idempotency-keys')
    const keeper = await shopkeeper(app)
    const buyer = await signedIn(app)
    const items = [{ productId: await product(keeper, { stock: 5 }), quantity: 1 }]
    const key = randomUUID()
    const [one, two] = [await order(buyer, items, key), await order(buyer, items, key)]
    expect(one.body.id).not.toBe(two.body.id)
  })

  test('ORD-08: without SERIALIZABLE credit is overdrawn', async () => {
    await using app = await without('serializable-credit')
    const keeper = await shopkeeper(app)
    const buyer = await signedIn(app)
    const headers = () => ({ 'idempotency-key': randomUUID(), 'x-deadline-ms': '8000' })
    const gift = { amount: '10.00' }
    // A race is won now and then, so it is run until it is.
    let balance = '0.00'
    for (let round = 0; round < 30 && !balance.startsWith('-'); round++) {
      await keeper.post(`/v1/users/${buyer.userId}/credit`, gift, { headers: headers() })
      await Promise.all(
        Array.from({ length: 12 }, () =>
          buyer.post('/v1/credit/spend', { amount: '10.00' }, { headers: headers() }),
        ),
      )
      balance = (await buyer.get('/v1/credit')).body.balance
    }
    expect(balance).toMatch(/^-/)
  })
})
