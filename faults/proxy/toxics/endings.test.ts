import { connect } from 'node:net'
import { expect, test } from 'vitest'
import {
  addToxic,
  type Client,
  client,
  echo,
  proxyTo,
  testProxy,
  until,
} from '../testing/proxied.ts'

/** Outcome of one connect: `connect`, an error code, or `silence`. */
function outcome(listen: string, withinMs: number): Promise<string> {
  const socket = connect(Number(listen.split(':')[1]), '127.0.0.1')
  const ended = new Promise<string>(resolve => {
    socket.once('connect', () => resolve('connect'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    setTimeout(() => resolve('silence'), withinMs)
  })
  return ended.finally(() => socket.destroy())
}

/** A client that has got an answer already. */
async function heard(listen: string): Promise<Client> {
  const socket = await client(listen)
  socket.write('x')
  await socket.bytes(1)
  return socket
}

test('rst and fin end idle connections that were open already, each in its way', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  for (const [type, ending] of [
    ['rst', 'ECONNRESET'],
    ['fin', 'fin'],
  ] as const) {
    using idle = await heard(listen)
    await addToxic(proxy, { type })
    expect(await idle.ended).toBe(ending)
    const toxic = await proxy.call('GET', `/proxies/p/toxics/${type}_downstream`)
    expect(toxic.toxic.landed.connections).toBe(1)
    await proxy.call('DELETE', `/proxies/p/toxics/${type}_downstream`)
  }
})

test('rst after N bytes lets exactly these pass; after T ms it strikes then', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'fin', attributes: { bytes: 4 } })
  using counted = await client(listen)
  counted.write('012345')
  expect(await counted.ended).toBe('fin')
  expect(counted.received().toString()).toBe('0123')
  await proxy.call('POST', '/reset')

  await addToxic(proxy, { type: 'rst', attributes: { after: 120 } })
  const startedMs = performance.now()
  using timed = await heard(listen)
  expect(await timed.ended).toBe('ECONNRESET')
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(115)
})

test('black_hole swallows data and FIN in silence, and all of it flows when healed', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using socket = await client(listen)
  await addToxic(proxy, { type: 'black_hole', stream: 'upstream' })
  socket.write('lost?')
  socket.socket.end()
  await until(
    async () => ((await proxy.call('GET', '/connections')).connections[0]?.upstream.held ?? 0) > 0,
  )
  expect(socket.received().length).toBe(0)
  await proxy.call('DELETE', '/proxies/p/toxics/black_hole_upstream')
  expect(await socket.ended).toBe('fin')
  expect(socket.received().toString()).toBe('lost?')
})

test('half_open leaves the client alone with a connection nobody answers on', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using socket = await heard(listen)
  await addToxic(proxy, { type: 'half_open' })
  await until(() => server.sockets[0]?.destroyed === true)
  socket.write('anybody there?')
  const silent = new Promise(resolve => setTimeout(() => resolve('silence'), 100))
  expect(await Promise.race([socket.ended, silent])).toBe('silence')
  await proxy.call('DELETE', '/proxies/p/toxics/half_open_downstream')
  expect(await socket.ended).toBe('ECONNRESET')
})

test('half_open upstream leaves the server alone with a connection nobody hears it on', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using socket = await heard(listen)
  await addToxic(proxy, { type: 'half_open', stream: 'upstream' })
  await socket.ended
  const [served] = server.sockets
  served?.write('anybody there?')
  const closed = new Promise(resolve => served?.once('close', () => resolve('closed')))
  const silent = new Promise(resolve => setTimeout(() => resolve('silence'), 100))
  expect(await Promise.race([closed, silent])).toBe('silence')
  await proxy.call('DELETE', '/proxies/p/toxics/half_open_upstream')
  expect(await closed).toBe('closed')
  expect(socket.received().toString()).toBe('x')
})

test('refuse and connect_timeout act before accept, spare open connections, and heal', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using open = await client(listen)
  for (const [type, expected] of [
    ['refuse', 'ECONNREFUSED'],
    ['connect_timeout', 'silence'],
  ] as const) {
    expect(await outcome(listen, 2_000)).toBe('connect')
    await addToxic(proxy, { type })
    expect(await outcome(listen, 400)).toBe(expected)
    open.write(type)
    await open.bytes(type.length)
    await proxy.call('DELETE', `/proxies/p/toxics/${type}_downstream`)
    expect((await proxy.call('GET', '/proxies/p')).proxy.listen).toBe(listen)
  }
  expect(await outcome(listen, 2_000)).toBe('connect')
})

test('packet_loss stalls without losing a byte', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'packet_loss', attributes: { probability: 0.3, rto: 20 } })
  using socket = await client(listen)
  const sent = Buffer.alloc(200_000, 'abcdefghij')
  socket.write(sent)
  expect((await socket.bytes(sent.length)).equals(sent)).toBe(true)
  const toxic = await proxy.call('GET', '/proxies/p/toxics/packet_loss_downstream')
  expect(toxic.toxic.landed.bytes).toBeGreaterThan(0)
})
