import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { eventually, isWhole } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
/** Wants every session confirmed by a replica, and there is none. */
let strict: Instance
let unconfirmed: Instance
let forlorn: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ instances: [['api']] }, warm)
  const redis = { host: app.redis.host, port: app.redis.port, confirmReplicas: 1 }
  ;[strict, unconfirmed, forlorn] = await Promise.all([
    app.startInstance('strict', ['api'], { redis }),
    app.startInstance('unconfirmed', ['api'], { redis, defencesOff: ['confirmed-writes'] }),
    app.startInstance('forlorn', ['api'], { defencesOff: ['redis-reconnect'] }),
  ])
})
afterAll(() => app?.[Symbol.asyncDispose]())

function buy(instance: Instance) {
  const items = [{ sku: 'a', quantity: 1, priceCents: 100 }]
  return instance.client().post('/checkout', { orderId: randomUUID(), items })
}

describe('a session that ships goods', () => {
  test('is not acknowledged while no replica has it', async () => {
    expect(await buy(strict)).toMatchObject({ status: 503, body: { outcome: 'unknown' } })
    expect((await buy(app.instances[0])).status).toBe(201)
  })

  control('confirmed-writes', 'it is, and dies with its only copy', async () => {
    expect((await buy(unconfirmed)).status).toBe(201)
  })
})

describe('Redis that was away', () => {
  const comesBack = async () => {
    await app.redis.kill()
    await app.redis.restart()
    await eventually(() => isWhole(app.instances[0]), Boolean, 15_000)
  }

  test('is found again by itself', async () => {
    await comesBack()
    const bought = async () => (await buy(app.instances[0])).status
    await eventually(bought, status => status === 201)
  })

  control('redis-reconnect', 'it stays away for good', async () => {
    await comesBack()
    expect(await isWhole(forlorn)).toBe(false)
    expect((await buy(forlorn)).status).toBe(503)
  })
})
