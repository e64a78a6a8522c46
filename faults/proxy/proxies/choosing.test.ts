import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { addToxic, client, echo, proxyTo, testProxy, until } from '../testing/proxied.ts'

async function answers(listen: string): Promise<string> {
  using socket = await client(listen)
  socket.write('x')
  return await Promise.race([socket.bytes(1).then(() => '.'), socket.ended.then(() => 'x')])
}

async function pattern(listen: string, count: number): Promise<string> {
  let seen = ''
  for (let i = 0; i < count; i++) seen += await answers(listen)
  return seen
}

test.each([
  [{ first: 2 }, 'xx....'],
  [{ skip: 1, first: 2 }, '.xx...'],
  [{ every: 3 }, '..x..x'],
  [{ every: 2, first: 1 }, '.x....'],
  [{ probability: 0 }, '......'],
  [{ probability: 1, skip: 4 }, '....xx'],
])('hits %j hit these connections: %s', async (hits, expected) => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server, { toxics: [{ type: 'rst', hits }] })
  expect(await pattern(listen, 6)).toBe(expected)
})

/** Half of so many are hit, drawn from the seed. */
const drawn = 32
const half = { probability: 0.5 }

async function drawnConnections(seed: number): Promise<string> {
  await using proxy = await testProxy({ seed })
  await using server = await echo()
  const at = await proxyTo(proxy, server, { toxics: [{ type: 'rst', hits: half }] })
  return await pattern(at, drawn)
}

/** Of requests, every second of which comes on a connection of its own. */
async function drawnMessages(seed: number): Promise<string> {
  await using proxy = await testProxy({ seed })
  const server = createServer((_, response) => response.end('.'))
  const upstream = `127.0.0.1:${await listen(server)}`
  const toxics = [{ type: 'http_error', attributes: { status: 503, body: 'x' }, hits: half }]
  const order = { name: 'p', upstream, protocol: 'http', toxics }
  const { listen: at } = (await proxy.call('POST', '/proxies', order)).proxy
  let seen = ''
  for (let i = 0; i < drawn; i++) {
    const headers = { connection: i % 2 === 0 ? 'close' : 'keep-alive' }
    const answer = await fetch(`http://${at}/`, { headers, signal: AbortSignal.timeout(10_000) })
    seen += await answer.text()
  }
  server.closeAllConnections()
  server.close()
  return seen
}

test.each([
  ['connections', drawnConnections],
  ['messages', drawnMessages],
])('which %s a probability hits replays from the seed, and from no other', async (_, play) => {
  const [first, again, other] = [await play(5), await play(5), await play(6)]
  expect(first).toMatch(/^[.x]{32}$/)
  expect(first.match(/x/g)?.length).toBeGreaterThan(drawn / 5)
  expect(first.match(/\./g)?.length).toBeGreaterThan(drawn / 5)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a toxic for one client, or one connection, spares its neighbours', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using one = await client(listen)
  using two = await client(listen)
  using three = await client(listen)
  const client1 = `127.0.0.1:${one.socket.localPort}`
  await addToxic(proxy, { name: 'a', type: 'rst', connections: { client: client1 } })
  expect(await one.ended).toBe('ECONNRESET')
  const list = (await proxy.call('GET', '/connections')).connections
  const client2 = `127.0.0.1:${two.socket.localPort}`
  const id = list.find(each => each.client === client2)?.id
  await addToxic(proxy, { name: 'b', type: 'fin', connections: { ids: [id] } })
  expect(await two.ended).toBe('fin')
  three.write('spared')
  expect((await three.bytes(6)).toString()).toBe('spared')
  await addToxic(proxy, { name: 'c', type: 'rst', connections: { client: '127.0.0.1' } })
  expect(await three.ended).toBe('ECONNRESET')
})

test('a lease heals by itself, a heartbeat keeps it, and traffic passes all the while', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { name: 'short', type: 'black_hole', lease: { ttlMs: 250 } })
  await addToxic(proxy, { name: 'kept', type: 'noop', lease: { ttlMs: 250, heartbeat: true } })
  using socket = await client(listen)
  socket.write('held')
  const beat = setInterval(() => void proxy.call('POST', '/heartbeat'), 60)
  const startedMs = performance.now()
  await socket.bytes(4)
  expect(performance.now() - startedMs).toBeGreaterThan(150)
  const names = async () =>
    (await proxy.call('GET', '/proxies/p/toxics')).toxics.map(each => each.name)
  expect(await names()).toEqual(['kept'])
  clearInterval(beat)
  await until(async () => (await names()).length === 0)
})

test('toxics of a config file are in place before the first connection', async () => {
  await using server = await echo()
  const config = [{ name: 'p', upstream: server.address, toxics: [{ type: 'rst' }] }]
  await using proxy = await testProxy({ config })
  expect(await answers((await proxy.call('GET', '/proxies/p')).proxy.listen)).toBe('x')
})
