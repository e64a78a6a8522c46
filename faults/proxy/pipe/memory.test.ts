import { execFileSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type MessageProxy,
  messageProxy,
  type TestLink,
  type ToxicBody,
} from '../testing/message-proxy.ts'
import { type Upstream, upstream } from '../testing/proxied.ts'
import { HELD_LIMIT } from './pipe.ts'

const MiB = 1024 * 1024
const READERS = 4
/** Read already and not collected yet, and what the kernel took of it. */
const GARBAGE = 64 * MiB
/** The same of answers of a few bytes, of which each is an object of its own: seldom 20 MB, seen 94. */
const GARBAGE_OF_ANSWERS = 128 * MiB

const flow = z.object({ received: z.number(), held: z.number() })
const connections = z.array(z.object({ proxy: z.string(), upstream: flow, downstream: flow }))

let proxy: MessageProxy
beforeAll(async () => {
  proxy = await messageProxy()
})
afterAll(() => proxy[Symbol.asyncDispose]())

/** A server that says the greeting and then the block, again and again, as fast as it is taken. */
function pouring(greeting: string, block: Buffer): Promise<Upstream> {
  return upstream(socket => {
    socket.write(greeting)
    const pour = () => {
      while (!socket.destroyed && socket.write(block));
    }
    socket.on('drain', pour)
    pour()
  })
}

function rss(): number {
  const text = execFileSync('ps', ['-o', 'rss=', '-p', `${proxy.pid}`], { encoding: 'utf8' })
  return Number(text) * 1024
}

async function flows(link: TestLink) {
  const answer = await fetch(`${proxy.url}/connections`, { signal: AbortSignal.timeout(20_000) })
  return connections.parse(await answer.json()).filter(each => each.proxy === link.name)
}

/** Resolves when the proxy reads no more of this link, with what memory it took until then. */
async function growth(link: TestLink, began: number): Promise<number> {
  let last = -1
  const deadline = performance.now() + 40_000
  for (let same = 0; same < 3; ) {
    expect(performance.now()).toBeLessThan(deadline)
    const all = await flows(link)
    for (const { upstream, downstream } of all) {
      expect(Math.max(upstream.held, downstream.held)).toBeLessThan(HELD_LIMIT + 2 * MiB)
    }
    const now = all.reduce(
      (sum, each) => sum + each.upstream.received + each.downstream.received,
      0,
    )
    same = now === last ? same + 1 : 0
    last = now
    await wait(150)
  }
  return rss() - began
}

function dial(link: TestLink): Socket {
  const socket = connect({ port: link.port, host: link.host })
  socket.on('error', () => {})
  return socket
}

const noise = Buffer.alloc(MiB, 7)
const reply = Buffer.from(`$${MiB}\r\n${'x'.repeat(MiB)}\r\n`)
const chunked = Buffer.from(`100000\r\n${'x'.repeat(0x100000)}\r\n`)
const httpHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const push = Buffer.from(`>3\r\n+message\r\n+chat\r\n$4000\r\n${'x'.repeat(4000)}\r\n`)

test.each<[protocol: string, greeting: string, block: Buffer, toxic: ToxicBody]>([
  ['tcp', '', noise, { type: 'slicer', attributes: { average_size: 1, delay: 1_000_000 } }],
  ['tcp', '', noise, { type: 'black_hole' }],
  ['tcp', '', noise, { type: 'packet_loss', attributes: { probability: 1, rto: 60_000 } }],
  ['tcp', '', noise, { type: 'reset_peer', attributes: { timeout: 60_000 } }],
  ['redis', '', reply, { type: 'message_delay', attributes: { delay: 60_000 } }],
  ['redis', '', push, { type: 'message_reorder', attributes: { by: 1000, within: 60_000 } }],
  ['http', httpHead, chunked, { type: 'http_slow_body', attributes: { rate: 1 } }],
  ['http', httpHead, chunked, { type: 'message_delay', attributes: { delay: 60_000 } }],
])(
  '%s, %#: what is poured into readers that do not read stays in bounds',
  async (...given) => {
    const [protocol, greeting, block, toxic] = given
    await using server = await pouring(greeting, block)
    const link = await proxy.link(protocol, { host: '127.0.0.1', port: server.port })
    await link.toxic(toxic)
    const began = rss()
    const readers = Array.from({ length: READERS }, () => dial(link).pause())
    if (protocol === 'http') for (const each of readers) each.write('GET / HTTP/1.1\r\n\r\n')
    expect(await growth(link, began)).toBeLessThan(READERS * (HELD_LIMIT + 2 * MiB) + GARBAGE)
    for (const each of readers) each.destroy()
  },
  60_000,
)

test('who asks without end and does not read the injected answers is read no further', async () => {
  await using server = await upstream(() => {})
  const link = await proxy.link('redis', { host: '127.0.0.1', port: server.port })
  await link.toxic({ type: 'redis_error', attributes: { error: 'OOM' } })
  const began = rss()
  const asked = Buffer.from('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n'.repeat(10_000))
  const client = dial(link).pause()
  const ask = () => {
    while (!client.destroyed && client.write(asked));
  }
  client.on('drain', ask)
  ask()
  expect(await growth(link, began)).toBeLessThan(HELD_LIMIT + GARBAGE_OF_ANSWERS)
  const [stalled] = await flows(link)
  // It goes on, and nothing is lost, when the client reads.
  let heard = 0
  client.on('data', data => (heard += data.length)).resume()
  const before = stalled?.upstream.received ?? 0
  const deadline = performance.now() + 20_000
  for (let now = before; now < before + MiB; ) {
    expect(performance.now()).toBeLessThan(deadline)
    await wait(50)
    now = (await flows(link))[0]?.upstream.received ?? 0
  }
  expect(heard).toBeGreaterThan(MiB)
  client.destroy()
}, 60_000)

test('a script of 30 MB before its key is not kept', async () => {
  await using server = await upstream(socket => void socket.resume())
  const link = await proxy.link('redis', { host: '127.0.0.1', port: server.port })
  await link.toxic({ type: 'redis_error', attributes: { error: 'OOM', match: { key: 'k' } } })
  const began = rss()
  const client = dial(link)
  client.write(`*4\r\n$4\r\nEVAL\r\n$30000000\r\n`)
  client.write(Buffer.alloc(29_000_000, 'x'))
  const deadline = performance.now() + 20_000
  while (((await flows(link))[0]?.upstream.received ?? 0) < 29_000_000) {
    expect(performance.now()).toBeLessThan(deadline)
    await wait(50)
  }
  expect(rss() - began).toBeLessThan(GARBAGE)
  // Not in the proxy's memory: the server has it, though the command is not whole yet.
  expect(server.sockets[0]?.bytesRead).toBeGreaterThan(28_000_000)
  client.destroy()
}, 60_000)
