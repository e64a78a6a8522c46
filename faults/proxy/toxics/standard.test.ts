import { expect, test } from 'vitest'
import { addToxic, client, echo, proxyTo, testProxy, until, upstream } from '../testing/proxied.ts'

async function roundTripMs(listen: string, data = 'x'): Promise<number> {
  using socket = await client(listen)
  const startedMs = performance.now()
  socket.write(data)
  await socket.bytes(data.length)
  return performance.now() - startedMs
}

test('latency is never early, adds up over both directions, and says what it landed on', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  // The fastest of several: a busy machine slows some.
  await until(async () => (await roundTripMs(listen)) < 60, 25_000)
  await addToxic(proxy, { type: 'latency', attributes: { latency: 60 } })
  await addToxic(proxy, { type: 'latency', stream: 'upstream', attributes: { latency: 40 } })
  const took = await Promise.all(Array.from({ length: 10 }, () => roundTripMs(listen)))
  // Each direction may let go 0.05 ms early.
  expect(Math.min(...took)).toBeGreaterThanOrEqual(99.9)
  const { landed } = (await proxy.call('GET', '/proxies/p/toxics/latency_downstream')).toxic
  expect(landed).toEqual({ connections: 10, bytes: 10, messages: 0 })
})

test('latency keeps order under jitter, and lets go of what it holds when removed', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'latency', attributes: { latency: 20, jitter: 20 } })
  using socket = await client(listen)
  const words = Array.from({ length: 50 }, (_, i) => `${i};`)
  for (const word of words) {
    socket.write(word)
    await new Promise(resolve => setImmediate(resolve))
  }
  const sent = words.join('')
  expect((await socket.bytes(sent.length)).toString()).toBe(sent)

  await proxy.call('PATCH', '/proxies/p/toxics/latency_downstream', {
    attributes: { latency: 60_000, jitter: 0 },
  })
  socket.write('!')
  await until(
    async () =>
      ((await proxy.call('GET', '/connections')).connections[0]?.downstream.held ?? 0) > 0,
  )
  await proxy.call('DELETE', '/proxies/p/toxics/latency_downstream')
  expect((await socket.bytes(sent.length + 1)).at(-1)).toBe(33)
})

test('bandwidth passes its rate, and nothing at rate 0', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'bandwidth', attributes: { rate: 100 } })
  const took = await roundTripMs(listen, 'x'.repeat(30_000))
  expect(took).toBeGreaterThanOrEqual(299)
  expect(took).toBeLessThan(5_000)
  await proxy.call('PATCH', '/proxies/p/toxics/bandwidth_downstream', { attributes: { rate: 0 } })
  using socket = await client(listen)
  socket.write('stuck')
  await until(async () =>
    (await proxy.call('GET', '/connections')).connections.some(each => each.downstream.held > 0),
  )
  expect(socket.received().length).toBe(0)
  await proxy.call('POST', '/reset')
  expect((await socket.bytes(5)).toString()).toBe('stuck')
})

test('slow_close delays the FIN, not the data', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(socket => socket.end('bye'))
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'slow_close', attributes: { delay: 1_000 } })
  const startedMs = performance.now()
  using socket = await client(listen)
  const data = socket.bytes(3).then(() => 'data')
  expect(await Promise.race([data, socket.ended])).toBe('data')
  expect(await socket.ended).toBe('fin')
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(999)
})

test('limit_data passes exactly so many bytes and ends the connection, later toxics included', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'limit_data', attributes: { bytes: 10 } })
  await addToxic(proxy, { type: 'latency', attributes: { latency: 30 } })
  using socket = await client(listen)
  socket.write('0123456789abcdef')
  expect(await socket.ended).toBe('fin')
  expect(socket.received().toString()).toBe('0123456789')
})

test('slicer cuts into slices of the asked size', async () => {
  await using proxy = await testProxy()
  const sizes: number[] = []
  await using server = await upstream(socket => socket.on('data', data => sizes.push(data.length)))
  const listen = await proxyTo(proxy, server)
  const attributes = { average_size: 100, size_variation: 10, delay: 20_000 }
  await addToxic(proxy, { type: 'slicer', stream: 'upstream', attributes })
  using socket = await client(listen)
  socket.write('x'.repeat(1_000))
  await until(() => sizes.reduce((a, b) => a + b, 0) === 1_000)
  const whole = sizes.slice(0, -1).filter(size => size >= 90 && size <= 110)
  expect(whole.length).toBeGreaterThanOrEqual(sizes.length - 3)
})
