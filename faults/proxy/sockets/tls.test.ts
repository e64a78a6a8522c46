import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { cert, key } from '../testing/certificate.ts'
import { addToxic, echo, proxyTo, testProxy, type Upstream, until } from '../testing/proxied.ts'

async function tlsClient(listen: string): Promise<TLSSocket> {
  const socket = connect({ port: Number(listen.split(':')[1]), host: '127.0.0.1', ca: cert })
  await once(socket, 'secureConnect')
  return socket
}

async function roundTrip(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text)
  const [data] = await once(socket, 'data')
  return String(data)
}

/** Echoes over TLS. */
async function tlsEcho(): Promise<Upstream> {
  const server = createServer({ cert, key }, socket => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  const port = await listen(server)
  return {
    port,
    address: `127.0.0.1:${port}`,
    sockets: [],
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('TLS passes through untouched, certificate and all', async () => {
  await using proxy = await testProxy()
  await using server = await tlsEcho()
  await using socket = await tlsClient(await proxyTo(proxy, server))
  expect(await roundTrip(socket, 'sealed')).toBe('sealed')
})

test('TLS is terminated with the given certificate, and faults strike below it', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server, { tls: { cert, key } })
  const socket = await tlsClient(listen)
  expect(await roundTrip(socket, 'opened')).toBe('opened')
  const shown = (await proxy.call('GET', '/proxies/p')).text
  expect(JSON.parse(shown).encryption).toEqual({ clients: 'terminated', upstream: 'plain' })
  expect(shown).not.toContain('PRIVATE KEY')

  const failed = once(socket, 'error')
  await addToxic(proxy, { type: 'rst' })
  const [error] = await failed
  expect(error.code).toBe('ECONNRESET')
})

test('TLS is spoken to the upstream, whose certificate is checked unless told otherwise', async () => {
  await using proxy = await testProxy()
  await using server = await tlsEcho()
  const listen = await proxyTo(proxy, server, { tls: { cert, key, upstream: { ca: cert } } })
  await using both = await tlsClient(listen)
  expect(await roundTrip(both, 'sealed twice')).toBe('sealed twice')

  await proxy.call('PATCH', '/proxies/p', { tls: { upstream: {} } })
  const refused = connectTcp(Number(listen.split(':')[1]), '127.0.0.1')
  await once(refused, 'close')
  expect((await proxy.call('GET', '/metrics')).text).toContain(
    'toxiproxy_proxy_connections_refused_total{proxy="p"} 1',
  )

  await proxy.call('PATCH', '/proxies/p', { tls: { upstream: { verify: false } } })
  const plain = connectTcp(Number(listen.split(':')[1]), '127.0.0.1')
  plain.write('unchecked')
  const [data] = await once(plain, 'data')
  expect(String(data)).toBe('unchecked')
  plain.destroy()
})

test('a certificate that cannot be used is refused by name', async () => {
  await using proxy = await testProxy()
  const body = { name: 'p', upstream: '127.0.0.1:1', tls: { cert: 'nonsense', key } }
  const reply = await proxy.call('POST', '/proxies', body)
  expect(reply.status).toBe(400)
  expect(reply.error).toContain('tls.cert')
})

test('a client that leaves before its handshake is forgotten', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server, { tls: { cert, key } })
  const silent = connectTcp(Number(listen.split(':')[1]), '127.0.0.1')
    .end()
    .resume()
  await once(silent, 'close')
  const count = async () => (await proxy.call('GET', '/connections')).connections.length
  await until(async () => (await count()) === 0, 20_000)
})
