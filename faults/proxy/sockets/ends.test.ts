import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { type End, READ_SIZE, type Reader } from './end.ts'
import { BESIDE_READ_SIZE, fastEnds } from './fast-end.ts'
import { PublicEnd } from './public-end.ts'

const fast = fastEnds()
const kinds: [string, (socket: Socket) => End][] = [
  ['public', socket => new PublicEnd({ socket, raw: socket, ready: 'connect' })],
]
// Where Node's insides differ there is no fast end, and nothing to compare.
if (fast) kinds.push(['fast', socket => fast(socket) ?? expect.fail('no fast end')])

/** Two connected sockets: the far one is an ordinary client, the near one becomes an end. */
async function pair(): Promise<{ far: Socket; near: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP listener')
  const far = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true })
  const [near] = await once(server, 'connection')
  server.close()
  return { far, near }
}

function collect(): Reader & { chunks: Buffer[]; done: Promise<void>; size(): number } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const chunks: Buffer[] = []
  return {
    chunks,
    done: promise,
    size: () => chunks.reduce((sum, { length }) => sum + length, 0),
    read: (chunk, borrowed) => void chunks.push(borrowed ? Buffer.from(chunk) : chunk),
    ended: resolve,
  }
}

test('this Node has the fast path', () => {
  expect(fast).toBeDefined()
})

test.each(kinds)('%s: reads all, tells the FIN, and keeps bulk exact', async (_name, open) => {
  const { far, near } = await pair()
  const reader = collect()
  open(near).start(reader)
  const sent = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, i) => i).buffer)
  far.end(sent)
  await reader.done
  expect(Buffer.concat(reader.chunks).equals(sent)).toBe(true)
  near.destroy()
  far.destroy()
})

test.each(kinds)(
  '%s: is gone after a reset, also while its FIN is under way',
  async (_name, open) => {
    for (const isEnding of [true, false]) {
      const { far, near } = await pair()
      far.on('error', () => {}).resume()
      near.on('error', () => {})
      const closed = once(near, 'close')
      if (isEnding) near.end()
      open(near).reset()
      await closed
      far.destroy()
    }
  },
)

test('an end that came before the start is told', async () => {
  const { far, near } = await pair()
  near.resume()
  far.end()
  await once(near, 'end')
  const reader = collect()
  new PublicEnd({ socket: near, raw: near, ready: 'connect' }).start(reader)
  await reader.done
  near.destroy()
  far.destroy()
})

test.runIf(fast)('bulk is read in larger pieces while nobody else says anything', async () => {
  await using bulk = await poured()
  await expect.poll(() => bulk.longest(), { timeout: 20_000 }).toBeGreaterThan(READ_SIZE)
  const { far, near } = await pair()
  fast?.(near)?.start(collect())
  const chatter = setInterval(() => far.write('a message'), 1)
  // One piece may have been on its way.
  await expect.poll(() => bulk.longest(), { timeout: 20_000 }).toBe(BESIDE_READ_SIZE)
  clearInterval(chatter)
  near.destroy()
  far.destroy()
})

/** A fast end that is sent zeros without end; `longest` tells the longest read since last asked. */
async function poured(): Promise<AsyncDisposable & { longest(): number }> {
  const { far, near } = await pair()
  const block = Buffer.alloc(1_000_000)
  const pour = () => {
    while (far.write(block));
  }
  far.on('drain', pour)
  let longest = 0
  const read = (chunk: Buffer) => {
    longest = Math.max(longest, chunk.length)
  }
  fast?.(near)?.start({ read, ended: () => {} })
  pour()
  return {
    longest: () => {
      const found = longest
      longest = 0
      return found
    },
    async [Symbol.asyncDispose]() {
      far.destroy()
      near.destroy()
    },
  }
}

test.each(kinds)('%s: paused it reads no more, resumed it goes on', async (_name, open) => {
  const { far, near } = await pair()
  const reader = collect()
  const end = open(near)
  end.start(reader)
  end.pause()
  far.end(Buffer.alloc(1_000_000))
  await new Promise(resolve => setTimeout(resolve, 50))
  // Node's streams may have one buffer on its way when they are paused.
  expect(reader.size()).toBeLessThanOrEqual(65_536)
  end.resume()
  await reader.done
  expect(reader.size()).toBe(1_000_000)
  near.destroy()
  far.destroy()
})

test.each(kinds)(
  '%s: says when the kernel is full, and when it has drained',
  async (_name, open) => {
    const { far, near } = await pair()
    const end = open(near)
    end.start(collect())
    const drained = new Promise<void>(resolve => {
      end.drained = resolve
    })
    far.pause()
    let written = 0
    const block = Buffer.alloc(262_144, 'x')
    while (end.write(block)) written++
    expect(written).toBeLessThan(1_000)
    far.resume()
    await drained
    near.end()
    await once(far, 'end')
    near.destroy()
    far.destroy()
  },
)

test.each(kinds)('%s: a reset reaches the other side', async (_name, open) => {
  const { far, near } = await pair()
  const end = open(near)
  end.start(collect())
  const failed = once(far, 'error')
  end.reset()
  expect((await failed)[0].code).toBe('ECONNRESET')
})
