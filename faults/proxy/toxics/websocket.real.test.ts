import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { portOf } from '../../../lab/testing/loopback.ts'
import {
  type MessageProxy,
  messageProxy,
  type TestLink,
  type ToxicBody,
} from '../testing/message-proxy.ts'

let proxy: MessageProxy
let server: WebSocketServer
let received: string[] = []

beforeAll(async () => {
  proxy = await messageProxy()
  server = await echoing(false)
})
afterAll(async () => {
  for (const socket of server.clients) socket.terminate()
  server.close()
  await proxy[Symbol.asyncDispose]()
})

async function echoing(perMessageDeflate: boolean | { threshold: number }) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate })
  server.on('connection', socket => {
    socket.on('error', () => {})
    socket.on('message', data => {
      received.push(`${data}`)
      socket.send(`${data}`)
    })
  })
  await once(server, 'listening')
  return server
}

interface Chat {
  readonly link: TestLink
  readonly socket: WebSocket
  readonly heard: string[]
  say(channel: string, n: number): void
  /** Resolves with what was heard when the echo of this end mark has come. */
  settled(): Promise<string[]>
}

async function chat(to = server, toxics: readonly ToxicBody[] = []): Promise<Chat> {
  received = []
  const link = await proxy.link('websocket', { host: '127.0.0.1', port: portOf(to) })
  for (const toxic of toxics) await link.toxic(toxic)
  const socket = new WebSocket(`ws://${link.host}:${link.port}/chat`)
  const heard: string[] = []
  socket.on('error', () => {})
  socket.on('message', data => {
    const { channel, n } = JSON.parse(`${data}`)
    heard.push(`${channel}${n}`)
  })
  await once(socket, 'open')
  return {
    link,
    socket,
    heard,
    say: (channel, n) => socket.send(JSON.stringify({ type: 'say', channel, n })),
    settled: async () => {
      socket.send(JSON.stringify({ type: 'end', channel: 'end', n: 0 }))
      while (!heard.includes('end0')) await once(socket, 'message')
      return heard
    },
  }
}

test.each([1001, 1012, 1013])('closes with %i at the matched frame', async code => {
  const { link, socket, say, heard } = await chat()
  const toxic = await link.toxic({
    type: 'websocket_close',
    attributes: { match: { frame: 'text', channel: 'b' }, code, reason: 'going' },
  })
  say('a', 1)
  say('b', 1)
  const [closed, reason] = await once(socket, 'close')
  expect([closed, `${reason}`]).toEqual([code, 'going'])
  expect(heard).toEqual(['a1'])
  expect(await toxic.landed()).toBe(1)
})

test('closes with 1006: no close frame at all', async () => {
  const { link, socket, say } = await chat()
  await link.toxic({ type: 'websocket_close', attributes: { match: { channel: 'b' }, code: 1006 } })
  say('b', 1)
  const [closed] = await once(socket, 'close')
  expect(closed).toBe(1006)
})

test('closes at a ping, and only there', async () => {
  const { link, socket, say, heard } = await chat()
  await link.toxic({
    type: 'websocket_close',
    stream: 'upstream',
    attributes: { match: { frame: 'ping' }, code: 1012 },
  })
  say('a', 1)
  await once(socket, 'message')
  socket.ping()
  expect((await once(socket, 'close'))[0]).toBe(1012)
  expect(heard).toEqual(['a1'])
})

test('drops, doubles and reorders frames of one channel', async () => {
  const { link, say, settled } = await chat()
  const fault = (type: string, hits: object) =>
    link.toxic({ type, attributes: { match: { channel: 'a' } }, hits })
  await fault('message_drop', { skip: 1, first: 1 })
  await fault('message_duplicate', { skip: 1, first: 1 })
  await fault('message_reorder', { skip: 2, first: 1 })
  for (const n of [1, 2, 3, 4, 5, 6]) {
    say('a', n)
    say('b', n)
  }
  const heard = await settled()
  expect(heard.filter(each => each.startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4', 'b5', 'b6'])
  expect(heard.filter(each => each.startsWith('a'))).toEqual(['a1', 'a3', 'a3', 'a4', 'a5', 'a6'])
  expect(heard.indexOf('b5')).toBeLessThan(heard.indexOf('a5'))
})

test('delays one frame while others overtake it', async () => {
  const { link, say, settled, heard, socket } = await chat()
  await link.toxic({
    type: 'message_delay',
    attributes: { match: { channel: 'slow' }, delay: 100, overtake: true },
  })
  say('slow', 1)
  say('a', 1)
  await settled()
  while (!heard.includes('slow1')) await once(socket, 'message')
  expect(heard).toEqual(['a1', 'end0', 'slow1'])
})

test('drops a fragmented message whole', async () => {
  const { link, socket, settled } = await chat()
  await link.toxic({
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { type: 'fragment' } },
  })
  socket.send('{"channel":"a",', { fin: false })
  socket.send('"n":1}', { fin: true })
  expect(await settled()).toEqual(['end0'])
  expect(received).toHaveLength(1)
})

test('a cut in the middle of a frame', async () => {
  const { link, socket, say, heard } = await chat()
  await link.toxic({
    type: 'message_cut',
    attributes: { match: { channel: 'b' }, when: 'middle', how: 'fin' },
  })
  say('a', 1)
  say('b', 1)
  expect((await once(socket, 'close'))[0]).toBe(1006)
  expect(heard).toEqual(['a1'])
})

test('a 10 MB message comes back whole with parsing on, whatever the chunk borders', async () => {
  const { link, socket } = await chat()
  await link.toxic({ type: 'slicer', attributes: { average_size: 3000, size_variation: 2000 } })
  socket.removeAllListeners('message')
  const big = Buffer.alloc(10 * 1024 * 1024, 'abcdefghij')
  socket.send(big)
  const [echo] = await once(socket, 'message')
  expect(big.toString() === `${echo}`).toBe(true)
})

test('compressed frames pass whole, and can be read once nobody compresses any more', async () => {
  const compressing = await echoing({ threshold: 0 })
  const drop: ToxicBody = { type: 'message_drop', attributes: { match: { frame: 'text' } } }
  const ofB: ToxicBody = { type: 'message_drop', attributes: { match: { channel: 'b' } } }
  const talk = async (...toxics: ToxicBody[]) => {
    const { socket, say, settled } = await chat(compressing, toxics)
    for (const n of [1, 2, 3]) for (const channel of ['a', 'b']) say(channel, n)
    const heard = (await settled()).join(' ')
    const { extensions } = socket
    socket.terminate()
    return [extensions, heard]
  }
  const all = 'a1 b1 a2 b2 a3 b3 end0'
  expect(await talk(drop)).toEqual(['permessage-deflate', all])
  expect(await talk(ofB)).toEqual(['permessage-deflate', all])
  expect(await talk({ type: 'websocket_plain' }, ofB)).toEqual(['', 'a1 a2 a3 end0'])
  const elsewhere = { match: { route: '/elsewhere' } }
  expect(await talk({ type: 'websocket_plain', attributes: elsewhere }, ofB)).toEqual([
    'permessage-deflate',
    all,
  ])
  for (const socket of compressing.clients) socket.terminate()
  compressing.close()
})

test('puts nothing between the fragments of a message, and lets control frames through', async () => {
  const { link, socket, heard } = await chat()
  const ended: number[] = []
  socket.on('close', code => ended.push(code))
  // Each is held until the next has gone, or overtaken, while fragments are on their way.
  await link.toxic({
    type: 'message_reorder',
    attributes: { match: { frame: 'text' }, within: 30 },
  })
  await link.toxic({
    type: 'message_delay',
    attributes: { match: { frame: 'text' }, delay: 20, overtake: true },
  })
  const served = [...server.clients].at(-1)
  if (!served) throw new Error('expected a client of the server, found none')
  const part = (n: number) => JSON.stringify({ type: 'say', channel: 'p', n })
  for (let n = 0; n < 20; n++) {
    served.send(part(n))
    const text = part(100 + n)
    served.send(text.slice(0, 5), { fin: false })
    served.ping()
    await new Promise(resolve => setTimeout(resolve, 5))
    served.send(text.slice(5, 9), { fin: false })
    served.send(text.slice(9), { fin: true })
  }
  await expect.poll(() => heard.length + ended.length, { timeout: 20_000 }).toBe(40)
  const whole = Array.from({ length: 20 }, (_, n) => [`p${n}`, `p${100 + n}`]).flat()
  expect([ended, heard.sort()]).toEqual([[], whole.sort()])
})

test('a frame is what it says it is: a type of `deflate` compresses nothing', async () => {
  const { link, socket, heard, settled } = await chat()
  const toxic = await link.toxic({
    type: 'message_drop',
    attributes: { match: { type: 'deflate' } },
  })
  socket.send(JSON.stringify({ type: 'deflate', channel: 'a', n: 1 }))
  await settled()
  expect(heard).toEqual(['end0'])
  expect(await toxic.landed()).toBe(1)
})
