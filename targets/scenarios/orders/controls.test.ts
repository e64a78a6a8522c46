import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect } from 'vitest'
import type { DefenceName } from '../../service/defences.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control, runsControls } from '../control.ts'
import { figure } from '../figure.ts'
import { faultOn } from '../link-fault.ts'
import { at, eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { order, product, shelf, shopkeeper } from './shop.ts'

/** Instances that differ in what they do without; what hides the lack of another is apart. */
const off = {
  careless: ['lock-order', 'idempotency-keys', 'serializable-credit', 'payment-timeout'],
  giving: ['lock-order', 'transaction-retry'],
  trusting: ['stock-lock', 'payment-reconciliation'],
  worker: ['payment-idempotency', 'reservation-expiry'],
} as const satisfies Record<string, readonly DefenceName[]>

// Deadlocks hold connections for a while; waiting for one is not what is tried here.
const patient = { 'pool-limits': { acquireMs: 8_000 } }
const soon = { ...patient, 'payment-reconciliation': { retryMs: 300 } }
/** Its payments in doubt are not for the worker to settle. */
const late = { ...patient, 'payment-reconciliation': { retryMs: 600_000 } }

let app: Application
let keeper: Client
let without: Readonly<Record<keyof typeof off, Instance>>
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      peers: ['payments'],
      instances: [['api']],
      config: { defenceSettings: soon },
    },
    warm,
  )
  keeper = await shopkeeper(app)
  if (!runsControls) return
  const start = (kind: keyof typeof off, changed: object = {}) =>
    app.startInstance(kind, kind === 'worker' ? ['api', 'worker'] : ['api'], {
      defencesOff: off[kind],
      ...changed,
    })
  const [careless, giving, trusting, worker] = await Promise.all([
    start('careless'),
    start('giving'),
    start('trusting', { defenceSettings: late }),
    start('worker'),
  ])
  without = { careless, giving, trusting, worker }
})
afterEach(() => app.payments.admin.heal())
afterAll(() => app?.[Symbol.asyncDispose]())

const atOnce = <T>(count: number, ask: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)))

/** Many orders at once, each for one of both products; half take them the other way round. */
async function buyCrosswise(instance: Instance, pairs: number) {
  const buyer = at(instance, await signedIn(app))
  const one = { productId: await product(keeper, { stock: 1_000 }), quantity: 1 }
  const two = { productId: await product(keeper, { stock: 1_000 }), quantity: 1 }
  const answers = await atOnce(pairs, index =>
    order(buyer, index % 2 === 0 ? [one, two] : [two, one]),
  )
  const statuses = answers.map(each => each.body.code ?? each.status)
  const retries = 'pg_transaction_retries_total'
  const deadlocks = await figure(instance, retries, { sqlstate: '40P01' }, 'api')
  return { statuses, deadlocks, shelf: await shelf(app, one.productId) }
}

describe('ORD-07 deadlocks', () => {
  const whole = { statuses: Array(24).fill(201), shelf: { available: 976, reserved: 24, sold: 0 } }

  test('do not come about where rows are locked in one order', async () => {
    expect(await buyCrosswise(app.instances[0], 24)).toEqual({ ...whole, deadlocks: 0 })
  })

  control('lock-order', 'they do; their victims try again, so all finish', async () => {
    const { deadlocks, ...rest } = await buyCrosswise(without.careless, 24)
    expect(rest).toEqual(whole)
    expect(deadlocks).toBeGreaterThan(0)
  })

  control(['lock-order', 'transaction-retry'], 'a victim is refused', async () => {
    const { statuses } = await buyCrosswise(without.giving, 24)
    expect(statuses.filter(status => status === 'too-contended').length).toBeGreaterThan(0)
  })
})

control('stock-lock', 'the same goods are reserved twice (ORD-03)', async () => {
  const buyer = at(without.trusting, await signedIn(app))
  const productId = await product(keeper, { stock: 5 })
  const answers = await atOnce(30, () => order(buyer, [{ productId, quantity: 1 }]))
  const won = answers.filter(each => each.status === 201).length
  const { available, reserved } = await shelf(app, productId)
  expect(won > 5 || available + reserved !== 5 || reserved !== won).toBe(true)
})

describe('ORD-05 a commit whose answer is lost', () => {
  const loseCommit = (instance: Instance) =>
    faultOn(app, `${instance.name}>postgres`, {
      type: 'message_cut',
      stream: 'upstream',
      attributes: { match: { statement: 'COMMIT' }, when: 'after' },
      hits: { first: 1 },
    })

  /** Buys one of five, sent again until it is answered for; what that has left on the shelf. */
  const buyOne = async (instance: Instance) => {
    const buyer = at(instance, await signedIn(app))
    const productId = await product(keeper, { stock: 5 })
    const items = [{ productId, quantity: 1 }]
    const key = randomUUID()
    await using _fault = await loseCommit(instance)
    const bought = () => order(buyer, items, key)
    const { body } = await eventually(bought, ({ status }) => status === 201, 15_000)
    expect((await buyer.get(`/v1/orders/${body.id}`)).status).toBe(200)
    return shelf(app, productId)
  }

  test('has one effect and one answer', async () => {
    expect(await buyOne(app.instances[0])).toEqual({ available: 4, reserved: 1, sold: 0 })
  })

  control('idempotency-keys', 'it has two effects', async () => {
    expect(await buyOne(without.careless)).toEqual({ available: 3, reserved: 2, sold: 0 })
  })
})

control('serializable-credit', 'credit is overdrawn (ORD-08)', async () => {
  const owner = await signedIn(app)
  const buyer = at(without.careless, owner)
  const headers = () => ({ 'idempotency-key': randomUUID(), 'x-deadline-ms': '8000' })
  const gift = { amount: '10.00' }
  // A race is won now and then, so it is run until it is.
  let balance = '0.00'
  for (let round = 0; round < 30 && !balance.startsWith('-'); round++) {
    await keeper.post(`/v1/users/${owner.userId}/credit`, gift, { headers: headers() })
    await atOnce(12, () =>
      buyer.post('/v1/credit/spend', { amount: '10.00' }, { headers: headers() }),
    )
    balance = (await buyer.get('/v1/credit')).body.balance
  }
  expect(balance).toMatch(/^-/)
})

describe('ORD-04 payments', () => {
  /** An order of one thing of two, and what happens when it is paid through this instance. */
  async function placed(instance: Instance) {
    const buyer = at(instance, await signedIn(app))
    const productId = await product(keeper, { stock: 2 })
    const { id, number } = (await order(buyer, [{ productId, quantity: 1 }])).body
    const pay = (deadlineMs = 5_000) => {
      const headers = { 'x-deadline-ms': `${deadlineMs}` }
      return buyer.post(`/v1/orders/${id}/pay`, undefined, { headers })
    }
    const status = async () => (await buyer.get(`/v1/orders/${id}`)).body.status
    return { id, productId, reference: `${number}`, pay, status }
  }
  /** Pays while the gateway charges and does not say so. */
  const payUnheard = async (pay: () => Promise<unknown>) => {
    const fault = await app.payments.admin.post({ kind: 'reset', after: true })
    await pay()
    await app.payments.admin.heal(fault)
  }
  const paid = (status: unknown) => status === 'paid'

  control('payment-timeout', 'a silent gateway uses up all the time there is', async () => {
    const { pay } = await placed(without.careless)
    await app.payments.admin.post({ kind: 'hang' })
    expect(await pay(1_500)).toMatchObject({
      status: 503,
      body: { code: 'deadline-exceeded', outcome: 'unknown' },
    })
  })

  control('payment-idempotency', 'asking again charges again', async () => {
    const { pay, status, reference } = await placed(without.worker)
    await payUnheard(pay)
    await eventually(status, paid, 15_000)
    expect((await app.payments.statement()).chargedTwice).toContain(reference)
  })

  control('payment-reconciliation', 'a charge whose answer was lost is forgotten', async () => {
    const { pay, status, reference, productId } = await placed(without.trusting)
    await payUnheard(pay)
    expect(await status()).toBe('payment-failed')
    expect(await shelf(app, productId)).toEqual({ available: 2, reserved: 0, sold: 0 })
    const { charges } = await app.payments.statement()
    expect(charges.filter(each => each.reference === reference)).toHaveLength(1)
  })

  control('reservation-expiry', 'what nobody pays for is never sold to others', async () => {
    const { worker } = without
    const [forgotten, other] = [await placed(worker), await placed(worker)]
    const text = `update orders_orders set created_at = now() - interval '1 h' where id = $1`
    await sql(app, text, [forgotten.id])
    await payUnheard(other.pay)
    await eventually(other.status, paid, 15_000) // so the worker is at work
    expect(await forgotten.status()).toBe('pending-payment')
  })
})
