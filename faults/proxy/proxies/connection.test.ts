import { once } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToxic, client, echo, proxyTo, testProxy, until, upstream } from '../testing/proxied.ts'

test('passes bytes unchanged whatever their borders, and through noop and slicer too', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 20 })
  const roundTrip = async (pieces: Uint8Array[]) => {
    using socket = await client(listen)
    const sent = Buffer.concat(pieces)
    for (const piece of pieces) socket.write(Buffer.from(piece))
    socket.socket.end()
    expect(await socket.ended).toBe('fin')
    expect(socket.received().equals(sent)).toBe(true)
  }
  await fc.assert(fc.asyncProperty(chunks, roundTrip), { numRuns: 25 })
  await addToxic(proxy, { type: 'noop' })
  await addToxic(proxy, { type: 'slicer', attributes: { average_size: 50, size_variation: 20 } })
  await addToxic(proxy, { type: 'slicer', stream: 'upstream', attributes: { average_size: 7 } })
  await fc.assert(fc.asyncProperty(chunks, roundTrip), { numRuns: 25 })
})

test('passes a half-close on in each direction by itself', async () => {
  await using proxy = await testProxy()
  // Says its part only after the client's FIN, which a proxy that closes both ways would lose.
  await using server = await upstream(socket => {
    socket.resume()
    socket.on('end', () => socket.end('after your FIN'))
  })
  const listen = await proxyTo(proxy, server)
  using socket = await client(listen)
  socket.socket.end('request')
  expect(await socket.ended).toBe('fin')
  expect(socket.received().toString()).toBe('after your FIN')

  // And the other way round: the server's FIN first.
  const heard: Buffer[] = []
  await using first = await upstream(server => {
    server.end('hello')
    server.on('data', data => heard.push(data))
  })
  await proxy.call('PATCH', '/proxies/p', { upstream: first.address })
  using late = await client((await proxy.call('GET', '/proxies/p')).proxy.listen)
  expect(await late.ended).toBe('fin')
  late.socket.end('still talking')
  await until(() => Buffer.concat(heard).toString() === 'still talking')
})

test('passes a reset on, from either side', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(socket => socket.once('data', () => socket.resetAndDestroy()))
  const listen = await proxyTo(proxy, server)
  using socket = await client(listen)
  socket.write('x')
  expect(await socket.ended).toBe('ECONNRESET')

  const ended = Promise.withResolvers<string>()
  await using other = await upstream(server => {
    server.on('error', error => ended.resolve('code' in error ? String(error.code) : 'error'))
    server.on('data', () => server.write('y'))
  })
  await proxy.call('PATCH', '/proxies/p', { upstream: other.address })
  const resetting = await client((await proxy.call('GET', '/proxies/p')).proxy.listen)
  resetting.write('x')
  await resetting.bytes(1)
  resetting.socket.resetAndDestroy()
  expect(await ended.promise).toBe('ECONNRESET')
})

test('closes the client when the upstream refuses, and says so', async () => {
  await using proxy = await testProxy()
  const gone = await echo()
  await gone[Symbol.asyncDispose]()
  const listen = await proxyTo(proxy, gone)
  using socket = await client(listen)
  expect(await socket.ended).toBe('fin')
  const metrics = await proxy.call('GET', '/metrics')
  expect(metrics.text).toContain('toxiproxy_proxy_connections_refused_total{proxy="p"} 1')
})

test('keeps a bounded number of bytes for a reader that does not read', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(socket => void socket.on('error', () => {}))
  const listen = await proxyTo(proxy, server)
  using socket = await client(listen)
  await until(() => server.sockets.length === 1)
  server.sockets[0]?.pause()
  const flood = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 64; i++) socket.write(flood)
  const before = process.memoryUsage().arrayBuffers
  await addToxic(proxy, { type: 'latency', stream: 'upstream', attributes: { latency: 20_000 } })
  const stalled = async () => {
    const [one] = (await proxy.call('GET', '/connections')).connections
    await new Promise(resolve => setTimeout(resolve, 100))
    const [two] = (await proxy.call('GET', '/connections')).connections
    return one?.upstream.received === two?.upstream.received && (one?.upstream.received ?? 0) > 0
  }
  await until(stalled)
  const [connection] = (await proxy.call('GET', '/connections')).connections
  expect(connection?.upstream.held).toBeLessThanOrEqual(4 * 1024 * 1024 + 262_144)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024)
})

test('a message of 10 MB arrives whole, through latency and a slow reader', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'latency', attributes: { latency: 5 } })
  using socket = await client(listen)
  const message = Buffer.alloc(10 * 1024 * 1024, 'abcdefg')
  socket.write(message)
  const got = await socket.bytes(message.length)
  expect(got.equals(message)).toBe(true)
})

test('a bulk stream stays exact while its reader stops and goes', async () => {
  await using proxy = await testProxy()
  const total = 16 * 1024 * 1024
  // Each 4-byte word tells its own position, so a stale or swapped buffer cannot go unnoticed.
  const block = (from: number) => {
    const words = new Uint32Array(65_536)
    for (let i = 0; i < words.length; i++) words[i] = from / 4 + i
    return Buffer.from(words.buffer)
  }
  await using server = await upstream(async socket => {
    for (let at = 0; at < total; at += 262_144) {
      if (!socket.write(block(at))) await once(socket, 'drain')
    }
    socket.end()
  })
  const listen = await proxyTo(proxy, server)
  using reader = await client(listen)
  let paused = 0
  reader.socket.on('data', () => {
    if (paused++ % 40 !== 0) return
    reader.socket.pause()
    setTimeout(() => reader.socket.resume(), 3)
  })
  expect(await reader.ended).toBe('fin')
  const received = reader.received()
  expect(received.length).toBe(total)
  for (let at = 0; at < total; at += 262_144) {
    expect(received.subarray(at, at + 262_144).equals(block(at))).toBe(true)
  }
})
