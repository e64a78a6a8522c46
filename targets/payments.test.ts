import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Payments, startPayments } from './payments.ts'
import { runParts } from './testing/run-parts.ts'

const newRun = runParts()

function charge(
  gateway: Payments,
  { key = `${randomUUID()}`, reference = 'order-1', amountCents = 1250, giveUpMs = 2_000 } = {},
): Promise<Response> {
  return fetch(`${gateway.url}/charges`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ reference, amountCents, currency: 'EUR' }),
    signal: AbortSignal.timeout(giveUpMs),
  })
}

function get(gateway: Payments, path: string): Promise<Response> {
  return fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${gateway.apiKey}` } })
}

function refund(gateway: Payments, key: string, amountCents: number): Promise<Response> {
  return fetch(`${gateway.url}/charges/${key}/refunds`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': `refund-${key}-${amountCents}`,
    },
    body: JSON.stringify({ amountCents }),
  })
}

test('charges once for one key, and twice for two keys', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  const first = await charge(gateway, { key: 'a' })
  const again = await charge(gateway, { key: 'a' })
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.json()).toEqual(await first.json())
  expect(await gateway.statement()).toMatchObject({ chargedCents: 1250, chargedTwice: [] })

  // The control: without the key's protection the books do show the double charge.
  await charge(gateway, { key: 'b' })
  expect(await gateway.statement()).toMatchObject({
    chargedCents: 2500,
    chargedTwice: ['order-1'],
  })
})

test('refuses a key used for another order, no key, a wrong API key and a wrong body', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  await charge(gateway, { key: 'a' })
  expect((await charge(gateway, { key: 'a', amountCents: 1 })).status).toBe(422)
  expect((await charge(gateway, { key: '' })).status).toBe(400)
  expect((await charge(gateway, { amountCents: -5 })).status).toBe(400)
  expect((await charge(gateway, { amountCents: 0.5 })).status).toBe(400)
  expect((await fetch(`${gateway.url}/charges`)).status).toBe(401)
  expect((await get(gateway, '/charges/unknown')).status).toBe(404)
  expect((await get(gateway, '/nowhere')).status).toBe(404)
  expect((await gateway.statement()).charges).toHaveLength(1)
})

test('refunds up to what was charged, once for each key', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  await charge(gateway, { key: 'a' })
  expect((await refund(gateway, 'a', 1000)).status).toBe(201)
  expect((await refund(gateway, 'a', 1000)).status).toBe(200)
  expect((await refund(gateway, 'a', 251)).status).toBe(422)
  expect((await refund(gateway, 'a', 250)).status).toBe(201)
  expect(await (await get(gateway, '/charges/a')).json()).toMatchObject({ refundedCents: 1250 })
  expect(await gateway.statement()).toMatchObject({ chargedCents: 1250, refundedCents: 1250 })
})

test('charges and loses the answer when told to, and then only as often as told', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  const fault = await gateway.admin.post({
    kind: 'reset',
    after: true,
    on: 'POST /charges',
    times: 1,
  })
  await expect(charge(gateway, { key: 'a' })).rejects.toThrow('fetch failed')
  expect(await gateway.admin.landed(fault)).toBe(1)
  const known = await get(gateway, '/charges/a')
  expect(await known.json()).toMatchObject({ status: 'succeeded', amountCents: 1250 })
  expect((await charge(gateway, { key: 'a' })).status).toBe(200)
  expect((await gateway.statement()).chargedCents).toBe(1250)
})

test('answers late, never, with 503 or with a decline, and is healthy again when healed', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  const rule = { on: 'POST /charges', times: 1 }
  await gateway.admin.post({ ...rule, kind: 'status', status: 503 })
  expect((await charge(gateway, { key: 'failed' })).status).toBe(503)
  await gateway.admin.post({ ...rule, kind: 'hang' })
  await expect(charge(gateway, { key: 'hung', giveUpMs: 200 })).rejects.toThrow('timeout')
  await gateway.admin.post({ ...rule, kind: 'slow', delayMs: 200 })
  const before = performance.now()
  expect((await charge(gateway, { key: 'slow' })).status).toBe(201)
  expect(performance.now() - before).toBeGreaterThan(195)
  await gateway.admin.post({ ...rule, kind: 'decline' })
  const declined = await charge(gateway, { key: 'declined' })
  expect([declined.status, (await charge(gateway, { key: 'declined' })).status]).toEqual([402, 402])

  const books = await gateway.statement()
  expect(books.charges.map(({ key, status }) => `${key} ${status}`)).toEqual([
    'slow succeeded',
    'declined declined',
  ])
  expect(books.chargedCents).toBe(1250)

  await gateway.admin.post({ kind: 'status', status: 500 })
  expect((await charge(gateway)).status).toBe(500)
  await gateway.admin.heal()
  expect((await charge(gateway)).status).toBe(201)
})

test('is healthy again by itself after the time it was told', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  const began = performance.now()
  await gateway.admin.post({ kind: 'status', status: 503, forMs: 500 })
  expect((await charge(gateway)).status).toBe(503)
  while ((await charge(gateway)).status === 503)
    expect(performance.now() - began).toBeLessThan(5_000)
  expect(performance.now() - began).toBeGreaterThan(495)
})

test('comes and goes as it was told, until it is healed', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  await gateway.admin.post({ kind: 'status', status: 503, forMs: 300, everyMs: 600 })
  const until = async (status: number) => {
    const began = performance.now()
    while ((await charge(gateway)).status !== status)
      expect(performance.now() - began).toBeLessThan(5_000)
  }
  for (let turn = 1; turn <= 2; turn++) {
    await until(503)
    await until(201)
  }
  await gateway.admin.heal()
  const began = performance.now()
  while (performance.now() - began < 700) expect((await charge(gateway)).status).toBe(201)
})

test('keeps its books, its address and no fault through a SIGKILL', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  await charge(gateway, { key: 'a' })
  await gateway.admin.post({ kind: 'status', status: 500 })
  await gateway.kill()
  await expect(charge(gateway, { key: 'b' })).rejects.toThrow('fetch failed')
  await gateway.restart()
  expect((await charge(gateway, { key: 'a' })).status).toBe(200)
  expect((await gateway.statement()).charges).toHaveLength(1)
})

test('gives its faults and books to nobody without the token', async () => {
  await using run = await newRun()
  await using gateway = await startPayments(run)
  const url = `${gateway.admin.url}/statement`
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
  const wrong = fetch(`${gateway.admin.url}/faults`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.admin.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ kind: 'explode' }),
  })
  expect((await wrong).status).toBe(400)
})
