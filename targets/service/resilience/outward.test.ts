import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { runInContext } from '../context.ts'
import { createDefences } from '../defences.ts'
import { createMetrics } from '../metrics.ts'
import { createClient } from '../modules/marketplace/client.ts'
import { createGateway } from '../modules/orders/gateway.ts'
import { type Deadline, deadlineIn, noDeadline } from './deadline.ts'
import { createGuard } from './guard.ts'

/** Takes every request and answers none. */
async function silentServer() {
  const seen: IncomingHttpHeaders[] = []
  let open = 0
  const server = createServer((request, response) => {
    seen.push(request.headers)
    open++
    response.once('close', () => open--)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    open: () => open,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** As long as a call may take by itself. */
const attemptMs = 2_000
/** Enough to get there on a busy machine, and less than one attempt may take. */
const hasteMs = 1_000
const defences = createDefences([], {
  'payment-timeout': { timeoutMs: attemptMs },
  'marketplace-timeouts': { connectMs: attemptMs, headMs: attemptMs, attemptMs },
})

const log = pino({ level: 'silent' })

/** How each dependency is asked. */
const asked = {
  'the payment gateway': async (url: string) => {
    const guard = createGuard('payments', defences, createMetrics('outward'), log)
    const gateway = createGateway({ url, apiKey: 'x' }, guard, defences)
    return gateway.charge({ key: 'k', reference: '1', amountCents: 1 })
  },
  'the marketplace': async (url: string) => {
    const guard = createGuard('marketplace', defences, createMetrics('outward'), log)
    const client = createClient({ url, apiKey: 'x', defences })
    const call = { method: 'GET', path: '/products/lamp', answer: z.unknown() } as const
    try {
      return await guard.run(
        () => client.attempt(call),
        () => true,
      )
    } catch {
      return 'unknown'
    } finally {
      await client.close()
    }
  },
} satisfies Record<string, (url: string) => Promise<unknown>>

describe.concurrent.each(Object.entries(asked))('what is asked of %s', (_name, ask) => {
  const askWith = (url: string, deadline: Deadline) =>
    runInContext({ requestId: 'trace-1', deadline }, () => ask(url))

  test('is told how much time there is left, and given up when that is over', async () => {
    await using server = await silentServer()
    using deadline = deadlineIn(hasteMs, 1)
    expect(await askWith(server.url, deadline)).toBe('unknown')
    expect(deadline.remainingMs()).toBeLessThan(attemptMs - hasteMs)
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]).toMatchObject({ 'x-request-id': 'trace-1' })
    const told = Number(server.seen[0]?.['x-deadline-ms'])
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThanOrEqual(hasteMs)
    await vi.waitFor(() => expect(server.open()).toBe(0), { timeout: 5_000 })
  })

  test('is not asked at all when there is no time left', async () => {
    await using server = await silentServer()
    using deadline = deadlineIn(1, 1)
    await once(deadline.signal ?? new EventTarget(), 'abort')
    expect(await askWith(server.url, deadline)).toBe('unknown')
    expect(server.seen).toEqual([])
  })

  test('control: without a deadline it is asked again, each time for as long as a call may take', async () => {
    await using server = await silentServer()
    expect(await askWith(server.url, noDeadline)).toBe('unknown')
    expect(server.seen.map(headers => headers['x-deadline-ms'])).toEqual(
      Array(defences.settings('retry-budget').attempts).fill(`${attemptMs}`),
    )
  })
})
