import { connect, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { cases } from '../../../lab/testing/nightly.ts'
import { type MessageProxy, messageProxy, type ToxicBody } from '../testing/message-proxy.ts'

let proxy: MessageProxy
let at: { host: string; port: number }
const sockets = new Set<Socket>()
const echo = createServer({ allowHalfOpen: true }, socket => {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
  socket.pipe(socket)
})

beforeAll(async () => {
  proxy = await messageProxy()
  at = { host: '127.0.0.1', port: await listen(echo) }
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  echo.close()
  await proxy[Symbol.asyncDispose]()
})

const openings = [
  '',
  '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
  '*1\r\n$5\r\nMULTI\r\n',
  '\x00\x00\x00\x08\x00\x03\x00\x00Q\x00\x00\x00\x0dSELECT 1\x00',
  '\x00\x00\x00\x08\x04\xd2\x16\x2f',
  'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
]
const noise = fc.array(
  fc.oneof(
    fc.constantFrom(...openings).map(text => Buffer.from(text, 'latin1')),
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map(bytes => Buffer.from(bytes)),
  ),
  { minLength: 1, maxLength: 8 },
)

/** Says all of it and FIN; resolves with what came back, once the other side has said FIN too. */
async function exchange(at: { host: string; port: number }, said: Buffer[]): Promise<string> {
  const socket = connect({ ...at, allowHalfOpen: true, noDelay: true })
  const heard: Buffer[] = []
  socket.on('data', data => heard.push(data))
  socket.on('error', () => {})
  // Listened for from the beginning: it may be cut while it still speaks.
  const over = new Promise(resolve => socket.once('end', resolve).once('close', resolve))
  for (const part of said) {
    socket.write(part)
    await new Promise(resolve => setImmediate(resolve))
  }
  socket.end()
  await over
  socket.destroy()
  return Buffer.concat(heard).toString('latin1')
}

const protocols = ['redis', 'postgres', 'http', 'websocket']
const never: ToxicBody = {
  type: 'message_drop',
  attributes: { match: { number: 1_000_000_000 } },
}

test.each(protocols)(
  '%s: noise passes untouched, watched and with a toxic on',
  async protocol => {
    const watched = await proxy.link(protocol, at)
    const judged = await proxy.link(protocol, at)
    await judged.toxic(never)
    await judged.toxic({ ...never, stream: 'upstream' })
    await fc.assert(
      fc.asyncProperty(noise, async said => {
        const all = Buffer.concat(said).toString('latin1')
        expect(await exchange(watched, said)).toBe(all)
        expect(await exchange(judged, said)).toBe(all)
      }),
      { numRuns: cases(40), endOnFailure: true },
    )
  },
  90_000,
)

const strikes: Record<string, ToxicBody[]> = {
  redis: [
    { type: 'redis_error', attributes: { error: 'OOM' }, hits: { every: 2 } },
    { type: 'message_duplicate', stream: 'upstream', attributes: {} },
    { type: 'message_corrupt', attributes: { count: 3 } },
  ],
  postgres: [
    { type: 'postgres_error', attributes: { code: '40001' }, hits: { every: 2 } },
    { type: 'message_drop', stream: 'upstream', attributes: {} },
    { type: 'message_reorder', attributes: { within: 10 } },
  ],
  http: [
    { type: 'http_error', attributes: { status: 503 }, hits: { every: 2 } },
    { type: 'http_slow_body', attributes: { rate: 100_000 }, hits: { every: 2 } },
    { type: 'http_cut_body', attributes: { bytes: 3 } },
  ],
  websocket: [
    { type: 'message_delay', attributes: { delay: 1, overtake: true }, hits: { every: 2 } },
    { type: 'websocket_close', attributes: { code: 1012 }, hits: { every: 3 } },
    { type: 'message_cut', stream: 'upstream', attributes: { when: 'middle' }, hits: { every: 3 } },
  ],
}

test.each(protocols)(
  '%s: the proxy lives, whatever it strikes in noise',
  async protocol => {
    const link = await proxy.link(protocol, at)
    for (const toxic of strikes[protocol] ?? []) await link.toxic(toxic)
    await fc.assert(
      fc.asyncProperty(noise, async said => {
        await exchange(link, said)
      }),
      { numRuns: cases(40), endOnFailure: true },
    )
    expect(await link.toxics()).toHaveLength(3)
  },
  90_000,
)
