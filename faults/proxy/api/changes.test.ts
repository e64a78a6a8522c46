import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { cert, key } from '../testing/certificate.ts'
import { addToxic, client, echo, proxyTo, testProxy, until } from '../testing/proxied.ts'

test.each([
  ['hits', { first: 2 }],
  ['lease', { ttlMs: 60_000 }],
  ['connections', { client: '127.0.0.1' }],
])('a toxic keeps its %s: another is refused, the same may be said again', async (field, value) => {
  await using proxy = await testProxy()
  await using server = await echo()
  await proxyTo(proxy, server)
  await addToxic(proxy, { name: 'plain', type: 'noop' })
  await addToxic(proxy, { name: 'chosen', type: 'noop', [field]: value })
  const refused = await proxy.call('PATCH', '/proxies/p/toxics/plain', { [field]: value })
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(field)])
  const whole = await proxy.call('GET', '/proxies/p/toxics/chosen')
  expect((await proxy.call('PATCH', '/proxies/p/toxics/chosen', whole.text)).status).toBe(200)
})

test('a proxy keeps a protocol that its toxics understand', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  await proxyTo(proxy, server, { protocol: 'redis' })
  await addToxic(proxy, { type: 'redis_error', attributes: { error: 'OOM' } })
  for (const protocol of ['tcp', 'http']) {
    const refused = await proxy.call('PATCH', '/proxies/p', { protocol })
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining("protocol: toxic 'redis_error_downstream'"),
    ])
  }
  await proxy.call('DELETE', '/proxies/p/toxics/redis_error_downstream')
  expect((await proxy.call('PATCH', '/proxies/p', { protocol: 'http' })).status).toBe(200)
})

test('populate may change the protocol and the toxics in one call', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server, { protocol: 'redis' })
  await addToxic(proxy, { type: 'redis_error', attributes: { error: 'OOM' } })
  const toxics = [{ type: 'http_error', attributes: { status: 503 } }]
  const again = { name: 'p', listen, upstream: server.address, protocol: 'http', toxics }
  expect((await proxy.call('POST', '/populate', [again])).status).toBe(201)
  expect((await proxy.call('GET', '/proxies/p')).text).toContain('"type":"http_error"')
})

test('populate leaves what it does not speak of, as it does at each start of a service', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const tls = { cert, key }
  const listen = await proxyTo(proxy, server, { protocol: 'redis', messages: true, tls })
  await addToxic(proxy, { type: 'redis_error', attributes: { error: 'OOM' } })
  const again = { name: 'p', listen, upstream: server.address }
  const populate = (more: object) => proxy.call('POST', '/populate', [{ ...again, ...more }])
  expect((await populate({})).status).toBe(201)
  const shown = async () => JSON.parse((await proxy.call('GET', '/proxies/p')).text)
  expect(await shown()).toMatchObject({
    protocol: 'redis',
    messages: true,
    encryption: { clients: 'terminated' },
    toxics: [{ type: 'redis_error' }],
  })
  expect((await populate({ messages: false, tls: null })).status).toBe(201)
  expect(await shown()).toMatchObject({ protocol: 'redis', messages: false })
  expect(await shown()).not.toHaveProperty('encryption')
})

test('lists each connection with its protocol, its messages and the toxics in its way', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server, { protocol: 'redis' })
  await addToxic(proxy, { type: 'latency', stream: 'upstream' })
  await addToxic(proxy, {
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { key: 'none' } },
  })
  using one = await client(listen)
  one.write('*2\r\n$3\r\nGET\r\n$1\r\na\r\n')
  await one.bytes(20)
  expect(JSON.parse((await proxy.call('GET', '/connections')).text)).toMatchObject([
    {
      protocol: 'redis',
      upstream: { messages: 1, toxics: ['message_drop_upstream', 'latency_upstream'] },
      downstream: { messages: 1, toxics: [] },
    },
  ])
  one.write('\x16\x03\x01')
  await until(async () => (await proxy.call('GET', '/connections')).text.includes('"encrypted"'))
})

test('counts what was applied, also when the toxic is gone', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { name: 'slow', type: 'latency', attributes: { latency: 1 } })
  using one = await client(listen)
  one.write('x')
  await one.bytes(1)
  await proxy.call('DELETE', '/proxies/p/toxics/slow')
  const { text } = await proxy.call('GET', '/metrics')
  expect(text).toContain('toxiproxy_proxy_toxics_applied_total{proxy="p",toxic="slow"} 1')
})

test('connect_timeout tells the packets it left unanswered, refuse that nobody counts', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'refuse' })
  const landed = async () =>
    JSON.parse((await proxy.call('GET', '/proxies/p/toxics')).text)[0].landed
  expect(await landed()).toBeNull()
  await proxy.call('DELETE', '/proxies/p/toxics/refuse_downstream')

  await addToxic(proxy, { type: 'connect_timeout' })
  const first = await landed()
  // Where the kernel does not tell, it says so instead of a number.
  if (first === null) return
  expect(first).toEqual({ packets: 0 })
  const waiting = connect(Number(listen.split(':')[1]), '127.0.0.1').on('error', () => {})
  await until(async () => (await landed()).packets > 0, 10_000)
  await proxy.call('POST', '/proxies/p', { enabled: false })
  await proxy.call('POST', '/proxies/p', { enabled: true })
  expect((await landed()).packets).toBeGreaterThan(0)
  waiting.destroy()
  await proxy.call('DELETE', '/proxies/p/toxics/connect_timeout_downstream')
  using healed = await client(listen)
  healed.write('x')
  await healed.bytes(1)
})
