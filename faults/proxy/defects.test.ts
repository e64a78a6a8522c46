import { expect, test } from 'vitest'
import { addToxic, client, echo, proxyTo, testProxy, until, upstream } from './testing/proxied.ts'

// The defects seen in Toxiproxy 2.12, in the order of the list in docs/proxy.md.

test('1: no toxic that is accepted kills the server, and the killing ones are refused by name', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  const refused = [
    [{ type: 'slicer' }, 'attributes.average_size'],
    [{ type: 'bandwidth', attributes: { rate: -1 } }, 'attributes.rate'],
    ['{"type":"latency","attributes":{"jitter":9223372036854775807}}', 'attributes.jitter'],
  ] as const
  for (const [toxic, field] of refused) {
    const reply = await proxy.call('POST', '/proxies/p/toxics', toxic)
    expect(reply.status).toBe(400)
    expect(reply.error).toContain(field)
  }
  using socket = await client(listen)
  socket.write('alive')
  expect((await socket.bytes(5)).toString()).toBe('alive')
})

test('2: an upstream that never answers the handshake blocks no call', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  // A proxy whose connects are never answered is such an upstream.
  await proxyTo(proxy, server, { toxics: [{ type: 'connect_timeout' }] })
  const silent = (await proxy.call('GET', '/proxies/p')).proxy.listen
  const second = await proxy.call('POST', '/proxies', { name: 'q', upstream: silent })
  using socket = await client(second.proxy.listen)
  socket.write('x')
  await until(async () => (await proxy.call('GET', '/connections')).connections.length === 1)
  // Each call gives up after ten seconds; behind the handshake it would wait for minutes.
  expect((await proxy.call('GET', '/proxies')).status).toBe(200)
  expect((await proxy.call('DELETE', '/proxies/q')).status).toBe(204)
  expect((await proxy.call('POST', '/reset')).status).toBe(204)
  expect(await socket.ended).toMatch(/fin|ECONNRESET/)
})

test('3: a seed replays which connections are hit, and another seed hits others', async () => {
  const pattern = async (seed: number) => {
    await using proxy = await testProxy({ seed })
    await using server = await echo()
    const listen = await proxyTo(proxy, server, { toxics: [{ type: 'rst', toxicity: 0.5 }] })
    let hits = ''
    for (let i = 0; i < 24; i++) {
      using socket = await client(listen)
      socket.write('x')
      hits += await Promise.race([socket.bytes(1).then(() => '.'), socket.ended.then(() => 'x')])
    }
    return hits
  }
  const [first, again, other] = [await pattern(7), await pattern(7), await pattern(8)]
  expect(first).toBe(again)
  expect(first).not.toBe(other)
  expect(first).toContain('.')
  expect(first).toContain('x')
})

test('4: reset_peer sends RST on connections that were already open', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using socket = await client(listen)
  socket.write('x')
  await socket.bytes(1)
  await addToxic(proxy, { type: 'reset_peer' })
  socket.write('y')
  expect(await socket.ended).toBe('ECONNRESET')
})

test('5: timeout closes under steady traffic too, and removing it closes nothing', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using steady = await client(listen)
  await addToxic(proxy, { type: 'timeout', attributes: { timeout: 200 } })
  const writing = setInterval(() => steady.write('x'), 20)
  await steady.ended
  clearInterval(writing)
  await proxy.call('DELETE', '/proxies/p/toxics/timeout_downstream')

  using kept = await client(listen)
  await addToxic(proxy, { type: 'timeout', attributes: { timeout: 0 } })
  kept.write('held back')
  await until(
    async () =>
      ((await proxy.call('GET', '/connections')).connections[0]?.downstream.held ?? 0) > 0,
  )
  expect(kept.received().length).toBe(0)
  await proxy.call('DELETE', '/proxies/p/toxics/timeout_downstream')
  expect((await kept.bytes(9)).toString()).toBe('held back')
})

test('6: misspelt and impossible values are refused by field, and toxicity is drawn once', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  const refused = [
    [{ type: 'latency', attributes: { latncy: 5 } }, 'attributes.latncy'],
    [{ type: 'latency', attributes: { latency: -5 } }, 'attributes.latency'],
    [{ type: 'latency', attributes: { latency: 1.5 } }, 'attributes.latency'],
    [{ type: 'latency', toxicity: 5 }, 'toxicity'],
    [{ type: 'latency', toxicty: 0.5 }, 'toxicty'],
  ] as const
  for (const [toxic, field] of refused) {
    const reply = await proxy.call('POST', '/proxies/p/toxics', toxic)
    expect(reply.status).toBe(400)
    expect(reply.error).toContain(field)
  }

  const toxics = [{ name: 't', type: 'black_hole', toxicity: 0.5 }]
  await proxy.call('POST', '/populate', [{ name: 'p', upstream: server.address, listen, toxics }])
  const sockets = await Promise.all(Array.from({ length: 16 }, () => client(listen)))
  await until(async () => (await proxy.call('GET', '/connections')).connections.length === 16)
  const touched = async () =>
    JSON.stringify(
      (await proxy.call('GET', '/connections')).connections.map(
        each => each.downstream.toxics.length,
      ),
    )
  const before = await touched()
  for (let i = 0; i < 5; i++) {
    await proxy.call('PATCH', '/proxies/p/toxics/t', { toxicity: 0.5 })
    expect(await touched()).toBe(before)
  }
  expect(before).toContain('0')
  expect(before).toContain('1')
  for (const socket of sockets) socket[Symbol.dispose]()
})

test('7: populate honours enabled and toxics, and bytes count while they flow', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const reply = await proxy.call('POST', '/populate', [
    { name: 'off', upstream: server.address, enabled: false },
    { name: 'p', upstream: server.address, toxics: [{ type: 'noop' }] },
  ])
  expect(reply.status).toBe(201)
  const [off, on] = reply.populated
  expect(off?.enabled).toBe(false)
  expect(on?.toxics.map(each => each.name)).toEqual(['noop_downstream'])
  const again = [{ name: 'p', listen: on?.listen, upstream: server.address, enabled: false }]
  expect((await proxy.call('POST', '/populate', again)).populated[0]?.enabled).toBe(false)
  await proxy.call('POST', '/populate', [{ ...again[0], enabled: true }])

  using socket = await client(on?.listen ?? '')
  socket.write('12345')
  await socket.bytes(5)
  const { text } = await proxy.call('GET', '/metrics')
  expect(text).toMatch(/received_bytes_total\{direction="upstream",.*proxy="p".*\} 5/)
  expect(text).toMatch(/sent_bytes_total\{direction="downstream",.*proxy="p".*\} 5/)
})

test('8: what the Node client drops (error texts, toxics on create) is there for others', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(() => {})
  const missing = await proxy.call('GET', '/proxies/nobody')
  expect(missing.status).toBe(404)
  expect(missing.json).toEqual({ error: 'proxy not found', status: 404 })
  const created = await proxy.call('POST', '/proxies', {
    name: 'p',
    upstream: server.address,
    toxics: [{ type: 'latency', stream: 'upstream', attributes: { latency: 5 } }],
  })
  expect(created.proxy.toxics[0]).toMatchObject({ name: 'latency_upstream', stream: 'upstream' })
})
