import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The service of the demo, as a team might write it: who orders is charged by a payment service, and a
 * call that fails is tried again. `MENDED=yes` sends the reference as the idempotency key, so that a
 * charge whose answer was lost is not made twice.
 */
const { PORT, PAYMENTS_URL, MENDED } = process.env

createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url ?? '/', 'http://orders')
  const answer = async (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  try {
    if (pathname === '/health') return await answer(200, { ok: true })
    if (request.method === 'POST') return await answer(201, await order(request))
    const charges = await fetch(`${PAYMENTS_URL}/charges${search}`)
    return await answer(charges.status, await charges.json())
  } catch (error) {
    return answer(502, { title: 'The payment service does not answer.', detail: `${error}` })
  }
}).listen(Number(PORT), '127.0.0.1')

async function order(request: IncomingMessage): Promise<unknown> {
  const { reference }: { reference?: string } = Object(await json(request))
  const charge = await withRetries(() =>
    fetch(`${PAYMENTS_URL}/charges`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(MENDED === 'yes' && { 'idempotency-key': `${reference}` }),
      },
      body: JSON.stringify({ reference }),
      signal: AbortSignal.timeout(1_000),
    }),
  )
  return charge.json()
}

async function withRetries<T>(call: () => Promise<T>, left = 3): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (left === 0) throw error
    await sleep(50)
    return withRetries(call, left - 1)
  }
}
