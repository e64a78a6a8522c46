import { createServer, type RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { once, test, times } from 'resilience-lab/vitest'
import { expect } from 'vitest'

const timeout = 300_000

/** Asks once, and waits no longer than its caller would. */
async function exchangeRate(url: string) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) })
  if (!answer.ok) throw new Error(`rates answered ${answer.status}`)
  return Number(await answer.text())
}

test('a third party that hangs costs a second, no more', { timeout }, async ({ lab }) => {
  await using rates = await serve((_, response) => response.end('1.08'))
  const { url, link } = await lab.http(rates.url)
  expect(await exchangeRate(url)).toBe(1.08)

  await using late = await link.delayResponse('5s')
  const beganMs = performance.now()
  await expect(exchangeRate(url)).rejects.toThrow('timeout')

  expect(performance.now() - beganMs).toBeLessThan(4_000)
  await expect(late).toHaveLanded()
})

/** Asks again when asked to, and not before. */
async function patiently(url: string) {
  for (;;) {
    const answer = await fetch(url)
    if (answer.status !== 429) return answer
    await sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1))
  }
}

test('who is asked to come back in a second does', { timeout }, async ({ lab }) => {
  await using api = await serve((_, response) => response.end('done'))
  const { url, link } = await lab.http(api.url)

  await using limit = await link.tooManyRequests('1s', { hits: once() })
  const beganMs = performance.now()
  const answer = await patiently(url)

  expect(answer.status).toBe(200)
  expect(performance.now() - beganMs).toBeGreaterThan(990)
  await expect(limit).toHaveLanded()
})

test('a webhook that comes twice is handled once', { timeout }, async ({ lab }) => {
  const handled = new Set<string>()
  let arrived = 0
  await using webhooks = await serve((request, response) => {
    arrived++
    handled.add(`${request.headers['idempotency-key']}`)
    response.end()
  })
  const { url, link } = await lab.http(webhooks.url)

  await using twice = await link.doubleRequest({ hits: once() })
  await fetch(url, { method: 'POST', headers: { 'idempotency-key': 'payment-7' } })

  await expect(twice).toHaveLanded()
  await expect.poll(() => arrived).toBe(2)
  expect([...handled]).toEqual(['payment-7'])
})

test('a server of your own, in a container or not, behind the proxy', { timeout }, async ({
  lab,
}) => {
  await using server = await serve((_, response) => response.end('hello'))
  // `await new GenericContainer('my-api').withExposedPorts(8080).start()` has the same two methods.
  const container = { getHost: () => '127.0.0.1', getMappedPort: () => server.port }

  const api = await lab.proxied(container, 8080)
  await using broken = await api.httpError(503, { hits: times(2) })
  const ask = async () => (await fetch(`http://${api.host}:${api.port}/`)).status

  expect([await ask(), await ask(), await ask()]).toEqual([503, 503, 200])
  await expect(broken).toHaveLanded(2)
})

test('a body that breaks off is no answer', { timeout }, async ({ lab }) => {
  await using api = await serve((_, response) => response.end(JSON.stringify({ total: 12_345 })))
  const { url, link } = await lab.http(api.url)

  await using cut = await link.cutBody(8, { hits: once() })
  await expect(fetch(url).then(answer => answer.json())).rejects.toThrow()

  await expect(cut).toHaveLanded()
  expect(await (await fetch(url)).json()).toEqual({ total: 12_345 })
})

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { port, url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: close }
}
