import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { urlByLink } from '../../proxy.ts'
import { createDefences, type DefenceName } from '../../service/defences.ts'
import { createClient, type MarketplaceClient } from '../../service/modules/marketplace/client.ts'
import { placedOrder } from '../../service/modules/marketplace/product.ts'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { eventually, signedIn } from '../person.ts'
import { test } from '../warm.ts'
import { buy, deadlineMs, hurried, lamp, route, schedulingMs, startBuyer } from './market.ts'

let app: Application
/** `alone` has no connection before it is asked. */
let instances: Readonly<Record<'plain' | 'patient' | 'alone', Client>>
/** The marketplace by way of a link for the client without a service around it. */
let url: string
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['marketplace'], instances: [['api']] }, warm)
  const person = await signedIn(app)
  const [plain, patient, alone] = await Promise.all([
    // So many faults one after the other must not use up the budget of the next test.
    startBuyer(app, person, 'plain', ['circuit-breaker'], { 'retry-budget': { reserve: 1_000 } }),
    startBuyer(app, person, 'patient', ['marketplace-timeouts', 'request-deadline']),
    startBuyer(app, person, 'alone'),
  ])
  instances = { plain, patient, alone }
  const path = { consumer: 'sender', provider: 'marketplace', protocol: 'tcp' } as const
  url = await urlByLink(app.proxies, path, app.marketplace.url)
})
afterEach(() => app.marketplace.admin.heal())
afterAll(() => app[Symbol.asyncDispose]())

const stillWaiting = 'still waiting'
/** What becomes of a call until far more time has passed than any of its limits. */
function longAfter(call: Promise<unknown>): Promise<unknown> {
  return Promise.race([call, new Promise(resolve => setTimeout(resolve, 1_500, stillWaiting))])
}

describe('MKT-02 broken answers', () => {
  const broken = [
    ['slow head', { kind: 'slow', delayMs: 3_000 }, 'marketplace-timeout'],
    ['no answer', { kind: 'hang' }, 'marketplace-timeout'],
    ['slow body', { kind: 'slow-body', bytesPerSecond: 20 }, 'marketplace-timeout'],
    ['cut body', { kind: 'cut-body', afterBytes: 10 }, 'marketplace-cut'],
    ['reset', { kind: 'reset' }, 'marketplace-cut'],
    ['wrong type', { kind: 'content-type', contentType: 'text/html' }, 'marketplace-content-type'],
    ['invalid JSON', { kind: 'invalid-json' }, 'marketplace-invalid-json'],
  ] as const

  test.each(broken)('%s: tries again, and succeeds', async (_name, fault) => {
    await app.marketplace.admin.post({ ...fault, on: route, times: 1 })
    expect(await instances.plain.get(lamp)).toMatchObject({ status: 200, body: { sku: 'lamp' } })
  })

  test.each(broken)(
    '%s for long: an honest 503 within the deadline',
    async (_name, fault, code) => {
      await app.marketplace.admin.post({ ...fault, on: route })
      const began = performance.now()
      const answer = await instances.plain.get(lamp, hurried)
      expect(performance.now() - began).toBeLessThan(deadlineMs + schedulingMs)
      expect(answer).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
      expect([code, 'deadline-exceeded']).toContain(answer.body.code)
    },
  )

  test.each([
    ['nobody there', 'refuse'],
    ['a connect without an answer', 'connect_timeout'],
  ])('%s: an honest 503 within the deadline', async (_name, type) => {
    await using _fault = await faultOn(app, 'alone>marketplace', { type })
    const began = performance.now()
    const answer = await instances.alone.get(lamp, hurried)
    expect(performance.now() - began).toBeLessThan(deadlineMs + schedulingMs)
    expect(answer).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
    expect(['marketplace-connect', 'deadline-exceeded']).toContain(answer.body.code)
  })

  test('an order whose answer was lost is placed once', async () => {
    const key = randomUUID()
    await app.marketplace.admin.post({ kind: 'reset', after: true, on: 'POST /orders', times: 1 })
    expect((await buy(instances.plain, 'lamp', key)).status).toBe(201)
    const { orders } = await app.marketplace.statement()
    expect(orders.filter(order => order.key.endsWith(key))).toHaveLength(1)
  })

  control(
    ['marketplace-timeouts', 'request-deadline'],
    'a silent API hangs the caller',
    async () => {
      await app.marketplace.admin.post({ kind: 'hang' })
      const calls = [instances.patient.get(lamp), buy(instances.patient, 'lamp', randomUUID())]
      for (const call of calls) expect(await longAfter(call)).toBe(stillWaiting)
      await app.marketplace.kill()
      await Promise.allSettled(calls)
      await app.marketplace.restart()
    },
  )
})

describe('MKT-02 requests that do not get through', () => {
  const upstream = { type: 'black_hole', stream: 'upstream' }
  const unheard = [
    ['taken and never answered', () => stopAnswering()],
    ['stuck on the way', () => faultOn(app, 'plain>marketplace', upstream)],
  ] as const

  test.each(unheard)('an order %s: 503 and unknown, and once when sent again', async (_, begin) => {
    const key = randomUUID()
    {
      await using _fault = await begin()
      const began = performance.now()
      const answer = await buy(instances.plain, 'lamp', key, hurried)
      expect(performance.now() - began).toBeLessThan(deadlineMs + schedulingMs)
      expect(answer).toMatchObject({ status: 503, body: { outcome: 'unknown' } })
      expect(['marketplace-timeout', 'deadline-exceeded']).toContain(answer.body.code)
    }
    await eventually(
      () => buy(instances.plain, 'lamp', key),
      ({ status }) => status === 201,
      15_000,
    )
    const { orders } = await app.marketplace.statement()
    expect(orders.filter(order => order.key.endsWith(key))).toHaveLength(1)
  })

  test('a large body that nobody reads is given up on', async () => {
    await using sender = startSender()
    await using _fault = await faultOn(app, 'sender>marketplace', upstream)
    await expect(sendLarge(sender.client)).rejects.toMatchObject({ kind: 'timeout' })
  })

  control('marketplace-timeouts', 'a large body that nobody reads is waited for', async off => {
    await using sender = startSender(off.defencesOff)
    const sending = sendLarge(sender.client).catch(() => 'ended')
    {
      await using _fault = await faultOn(app, 'sender>marketplace', upstream)
      expect(await longAfter(sending)).toBe(stillWaiting)
    }
    await sending
  })

  async function stopAnswering() {
    const id = await app.marketplace.admin.post({ kind: 'hang', on: 'POST /orders' })
    return { [Symbol.asyncDispose]: () => app.marketplace.admin.heal(id) }
  }

  /** The service's client of the marketplace; its routes never give it a body like this one. */
  function startSender(off: readonly DefenceName[] = []) {
    const defences = createDefences(off)
    const client = createClient({ url, apiKey: app.marketplace.apiKey, defences })
    return { client, [Symbol.asyncDispose]: () => client.close() }
  }

  /** More than all buffers on the way take. */
  function sendLarge(client: MarketplaceClient) {
    const body = { sku: 'lamp', quantity: 1, note: 'x'.repeat(32 * 1_024 * 1_024) }
    return client.attempt({ method: 'POST', path: '/orders', answer: placedOrder, body })
  }
})
