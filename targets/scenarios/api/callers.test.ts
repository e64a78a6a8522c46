import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { HeldTable } from '../held-table.ts'
import { shopkeeper } from '../orders/shop.ts'
import { at, eventually, sql } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
let careless: Instance
test.beforeAll(async ({ warm }) => {
  // Slower than the hasty wait, which is all that is tried.
  const attemptMs = 4_000
  // Copies would be shown instead of refusals.
  const defencesOff = ['marketplace-copies']
  const defenceSettings = {
    'marketplace-timeouts': { connectMs: attemptMs, headMs: attemptMs, attemptMs },
  }
  app = await startApplication(
    { instances: [['api']], peers: ['marketplace'], config: { defenceSettings, defencesOff } },
    warm,
  )
  careless = await app.startInstance('careless', ['api'], {
    defencesOff: [...defencesOff, 'hasty-callers'],
  })
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** What patient callers are told while others wait less than the marketplace takes to answer. */
async function besideHaste(instance: Instance): Promise<readonly number[]> {
  const slow = await app.marketplace.admin.post({ kind: 'slow', delayMs: 300 })
  const client = instance.client()
  const ask = (deadlineMs: number) => {
    const headers = { 'x-deadline-ms': `${deadlineMs}` }
    return client.get('/v1/marketplace/products/lamp', { headers })
  }
  const hasty = await Promise.all(Array.from({ length: 30 }, () => ask(200)))
  expect(hasty.map(({ body }) => body.code)).toContain('deadline-exceeded')
  const patient = await Promise.all(Array.from({ length: 5 }, () => ask(8_000)))
  await app.marketplace.admin.heal(slow)
  return patient.map(({ status }) => status)
}

describe('API-04 callers in haste', () => {
  test('are refused, and do not make patient ones be refused', async () => {
    expect(await besideHaste(app.instances[0])).toEqual(Array(5).fill(200))
  })

  control('hasty-callers', 'the circuit breaker opens for everybody', async () => {
    expect(await besideHaste(careless)).toEqual(Array(5).fill(503))
  })
})

describe('DAT-05 callers who have gone', () => {
  /** Statements of this instance that stand before a table. */
  const waiting = ({ name }: Instance) =>
    sql(
      app,
      `select 1 from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`,
      [name],
    )
  const add = (client: Client, deadlineMs: number) => {
    const product = { sku: `c-${randomUUID()}`, name: 'x', price: '1.00' }
    const headers = { 'x-deadline-ms': `${deadlineMs}` }
    return client.post('/v1/products', product, { headers })
  }
  /** An instance whose own limits are longer than any caller waits. */
  const start = (name: string, off: readonly string[] = []) =>
    app.startInstance(name, ['api'], {
      defencesOff: off,
      defenceSettings: { 'pool-limits': { statementMs: 60_000 } },
    })

  test('are not worked for: their statement is cancelled in the server', async () => {
    const instance = await start('leaving-off')
    const client = at(instance, await shopkeeper(app))
    await using table = await HeldTable.hold(app, 'orders_products', 'writing')
    const asked = add(client, 1_000)
    await table.waiting(instance.name, 1)
    expect((await asked).body.code).toBe('deadline-exceeded')
    await eventually(
      () => waiting(instance),
      rows => rows.length === 0,
    )
  }, 30_000)

  test('by hanging up are not worked for either', async () => {
    const instance = await start('hung-up')
    const { token } = at(instance, await shopkeeper(app))
    await using table = await HeldTable.hold(app, 'orders_products', 'writing')
    const gone = new AbortController()
    const asked = fetch(new URL('/v1/products', instance.url('api')), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-deadline-ms': '9000',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ sku: `h-${randomUUID()}`, name: 'x', price: '1.00' }),
      signal: gone.signal,
    })
    await table.waiting(instance.name, 1)
    gone.abort()
    await expect(asked).rejects.toThrow()
    await eventually(
      () => waiting(instance),
      rows => rows.length === 0,
    )
  }, 30_000)

  test('who say that they wait less than any answer takes are refused at once', async () => {
    const refused = await app.instances[0].client().get('/v1/products', {
      headers: { 'x-deadline-ms': '50' },
    })
    expect([refused.status, refused.body.code]).toEqual([400, 'deadline-too-short'])
  })

  control('request-deadline', 'the server works on for them', async ({ defencesOff }) => {
    const instance = await start('endless', defencesOff)
    const client = at(instance, await shopkeeper(app))
    await using table = await HeldTable.hold(app, 'orders_products', 'writing')
    const asked = add(client, 1_000)
    await table.waiting(instance.name, 1)
    await new Promise(resolve => setTimeout(resolve, 2_000))
    expect(await waiting(instance)).toHaveLength(1)
    await table.open()
    expect((await asked).status).toBe(201)
  })
})
