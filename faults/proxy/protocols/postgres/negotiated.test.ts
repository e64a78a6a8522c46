import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { cert, key } from '../../testing/certificate.ts'
import {
  client,
  echo,
  proxyTo,
  type TestProxy,
  testProxy,
  type Upstream,
  until,
  upstream,
} from '../../testing/proxied.ts'

const sslRequest = Buffer.from('0000000804d2162f', 'hex')
const gssRequest = Buffer.from('0000000804d21630', 'hex')
const handshake = 0x16

function terminated(proxy: TestProxy, server: Upstream): Promise<string> {
  return proxyTo(proxy, server, { protocol: 'postgres', tls: { cert, key } })
}

async function dial(listen: string): Promise<Socket> {
  const socket = connect(Number(listen.split(':')[1]), '127.0.0.1').setNoDelay()
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** One byte in each packet, as far as the system lets it. */
async function dribble(socket: Socket, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    await new Promise(resolve => socket.write(Buffer.of(byte), resolve))
    await new Promise(setImmediate)
  }
}

async function answerTo(socket: Socket): Promise<string> {
  socket.resume()
  const [answer] = await once(socket, 'data')
  socket.pause()
  return String(answer)
}

async function sealedRoundTrip(socket: Socket, text: string): Promise<string> {
  const sealed = connectTls({ socket, host: '127.0.0.1', ca: cert })
  await once(sealed, 'secureConnect')
  sealed.write(text)
  const [data] = await once(sealed, 'data')
  sealed.destroy()
  return String(data)
}

test('a request for TLS is answered, byte by byte, and one for GSS before it is declined', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const socket = await dial(await terminated(proxy, server))
  for (const [request, answer] of [
    [gssRequest, 'N'],
    [sslRequest, 'S'],
  ] as const) {
    const answered = answerTo(socket)
    await dribble(socket, request)
    expect(await answered).toBe(answer)
  }
  expect(await sealedRoundTrip(socket, 'no PostgreSQL, and passed on')).toBe(
    'no PostgreSQL, and passed on',
  )
})

test('a client that begins TLS at once is told the protocol it asked for', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const port = Number((await terminated(proxy, server)).split(':')[1])
  const sealed = connectTls({ port, host: '127.0.0.1', ca: cert, ALPNProtocols: ['postgresql'] })
  await once(sealed, 'secureConnect')
  expect(sealed.alpnProtocol).toBe('postgresql')
  sealed.destroy()
})

test.each([
  ['nothing', []],
  ['half a request', [sslRequest.subarray(0, 5)]],
  ['no handshake after the answer', [sslRequest, Buffer.from('no handshake')]],
  ['another protocol', [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
])('a client that says %s and leaves is forgotten', async (_, said) => {
  await using proxy = await testProxy()
  await using server = await echo()
  const socket = await dial(await terminated(proxy, server))
  const count = async () => (await proxy.call('GET', '/connections')).connections.length
  for (const bytes of said) socket.write(bytes)
  socket.end()
  socket.resume()
  await once(socket, 'close')
  await until(async () => (await count()) === 0, 20_000)
})

test.each(['S', 'N', 'E'])('an upstream that answers %s is believed', async answer => {
  await using proxy = await testProxy()
  const asked: Buffer[] = []
  await using server = await upstream(socket => {
    socket.on('data', (data: Buffer) => {
      if (asked.push(data) === 1) socket.write(answer)
    })
  })
  const tls = { upstream: { verify: false } }
  using one = await client(await proxyTo(proxy, server, { protocol: 'postgres', tls }))
  await until(() => asked.length > 0, 20_000)
  expect(asked[0]).toEqual(sslRequest)
  if (answer === 'S') {
    await until(() => asked.length > 1, 20_000)
    expect(asked[1]?.[0]).toBe(handshake)
  } else {
    await one.ended
    expect((await proxy.call('GET', '/metrics')).text).toContain(
      'toxiproxy_proxy_connections_refused_total{proxy="p"} 1',
    )
    expect(asked).toHaveLength(1)
  }
})
