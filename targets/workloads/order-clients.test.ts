import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import { OrderClients } from './order-clients.ts'

const input = { person: 0, items: [{ product: 0, quantity: 1 }] }
const placed = { id: 'a', number: 1, status: 'pending-payment', userId: 'ada', lines: [] }

/** An order is placed at once; of its cancellation the first answers are lost. */
async function cancelled(answersLost: number) {
  let lost = 0
  const server = createServer((request, response) => {
    const isCancel = request.url?.endsWith('/cancel')
    if (isCancel && lost++ < answersLost) return void request.socket.destroy()
    response.writeHead(isCancel ? 409 : 201, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify(isCancel ? { code: 'wrong-state', status: 409 } : placed))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const http = `http://127.0.0.1:${port}`
  const system = {
    links: [],
    endpoints: [{ name: 'shop-1', http, websocket: http }] as const,
    describe: () => ({}),
    [Symbol.asyncDispose]: async () => {},
  }
  const told = { sessionId: 's', accessToken: 'token', refreshToken: '' }
  const ada = { userId: 'ada', username: 'ada', password: '', ...told }
  const shop = { people: [ada], products: [{ id: 'p', sku: 'p' }] }
  await using clients = new OrderClients(system, shop, systemClock, {
    ...{ connections: 2, deadlineMs: 1_000, again: 2 },
  })
  const signal = AbortSignal.timeout(5_000)
  await clients.perform({ f: 'order', key: 'k', input }, 0, signal)
  const outcome = await clients.perform({ f: 'cancel', key: 'k', input }, 0, signal)
  server.close()
  return outcome
}

test('who cancels too late is told, and knows it', async () => {
  expect(await cancelled(0)).toMatchObject({ kind: 'ok', value: { tooLate: 'wrong-state' } })
})

test('who cancels again after a lost answer, and is told that it is too late, knows nothing', async () => {
  expect(await cancelled(1)).toMatchObject({ kind: 'info', code: 'too-late' })
})
