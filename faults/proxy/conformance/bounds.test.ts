import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listen } from '../../../lab/testing/loopback.ts'
import { addToxic, call, makeProxy } from './api-client.ts'
import { startContestant } from './contestant.ts'
import { raisedDescriptors } from './descriptors.ts'
import { startEcho } from './echo.ts'
import { dial, talk } from './talk.ts'

const MiB = 1024 * 1024
/** The bound docs/proxy.md states: held per direction, plus one read of a bulk stream. */
const HELD_MOST = 4 * MiB + 256 * 1024

/** Buffers already read and not collected yet: the resident size is no exact figure. */
const GARBAGE = 48 * MiB

const wantedCrowd = 10_000
/** What a process needs besides both sides of each connection. */
const otherDescriptors = 150
const wantedDescriptors = 2 * wantedCrowd + otherDescriptors
const descriptors = raisedDescriptors(wantedDescriptors)
const allowed = Math.floor((descriptors.limit - otherDescriptors) / 2)
const crowdSize = Math.min(wantedCrowd, allowed)
if (crowdSize < 9_900) {
  console.warn(
    `Only ${crowdSize} idle connections are held, not 10,000: the hard limit is ` +
      `${descriptors.hard} descriptors. As root, then again: ulimit -n ${wantedDescriptors}`,
  )
}

async function startCrowd(size: number) {
  const script = fileURLToPath(new URL('crowd.ts', import.meta.url))
  const [command = '', ...args] = [...descriptors.wrapper, process.execPath, script, `${size}`]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    line: async () => String((await lines.next()).value),
    say: (line: string) => child.stdin.write(`${line}\n`),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('takes away 4,000 toxics at once, while others are served', async () => {
  await using echo = await startEcho()
  await using server = await startContestant('ours')
  const toxics = Array.from({ length: 4_000 }, (_, i) => ({ type: 'noop', name: `noop-${i}` }))
  const at = await makeProxy(server.url, { name: 'many', upstream: echo.address, toxics })
  const open = await Promise.all(Array.from({ length: 5 }, () => dial(at)))
  const connections = z.array(z.object({ downstream: z.object({ toxics: z.array(z.string()) }) }))
  const staged = async () => {
    const list = connections.parse(await call(server.url, 'GET /connections'))
    return list.map(({ downstream }) => downstream.toxics.length)
  }
  await expect.poll(async () => (await staged()).length).toBe(5)
  const began = performance.now()
  await call(server.url, 'POST /reset')
  // One by one they took 18 s; together some hundredths of one, and this leaves room for neighbours.
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(await staged()).toEqual([0, 0, 0, 0, 0])
  for (const socket of open) socket.destroy()
}, 30_000)

test(`holds ${crowdSize} idle connections (limit ${descriptors.limit}), and others pass`, async () => {
  // Whatever the soft limit is: fewer are tried only where more are not to be had.
  expect(descriptors.limit).toBeGreaterThanOrEqual(Math.min(wantedDescriptors, descriptors.hard))
  await using echo = await startEcho()
  await using crowd = await startCrowd(crowdSize)
  await using server = await startContestant('ours', { wrapper: descriptors.wrapper })
  const upstream = await crowd.line()
  const crowded = await makeProxy(server.url, { name: 'crowded', upstream })
  const calm = await makeProxy(server.url, { name: 'calm', upstream: echo.address })

  crowd.say(crowded)
  expect(await crowd.line()).toBe(`${crowdSize}`)
  expect(z.array(z.unknown()).parse(await call(server.url, 'GET /connections'))).toHaveLength(
    crowdSize,
  )
  expect(await talk(await dial(calm), { send: 1_000, watchMs: 5_000 })).toMatchObject({
    bytes: 1_000,
    intact: true,
  })
  crowd.say('again')
  expect(await crowd.line()).toBe(`${crowdSize}`)
  await call(server.url, 'DELETE /proxies/crowded')
  await expect.poll(() => call(server.url, 'GET /connections'), { timeout: 10_000 }).toEqual([])
}, 120_000)

test('passes a message of 10 MB, also while it is delayed', async () => {
  await using echo = await startEcho()
  await using server = await startContestant('ours')
  const plan = { send: 10_000_000, watchMs: 20_000 }
  const address = await makeProxy(server.url, { name: 'p', upstream: echo.address })
  expect(await talk(await dial(address), plan)).toMatchObject({ bytes: 10_000_000, intact: true })
  await addToxic(server.url, 'p', { type: 'latency', attributes: { latency: 5 } })
  expect(await talk(await dial(address), plan)).toMatchObject({ bytes: 10_000_000, intact: true })
}, 60_000)

const connections = z.array(
  z.object({ downstream: z.object({ received: z.number(), held: z.number() }) }),
)

/** An upstream that pours 32 MiB into each connection as fast as it is taken. */
async function startPouring() {
  const sockets: Socket[] = []
  const megabyte = Buffer.alloc(MiB, 7)
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => {}))
    let poured = 0
    const pour = () => {
      while (poured < 32 && ++poured && socket.write(megabyte));
      if (poured < 32) socket.once('drain', pour)
      else socket.end()
    }
    pour()
  })
  const port = await listen(server)
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const rssOf = (pid: number | undefined) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) * 1024

test.concurrent.each([
  { readers: 8, toxic: undefined, most: GARBAGE },
  {
    readers: 4,
    toxic: { type: 'latency', attributes: { latency: 60_000 } },
    most: 4 * HELD_MOST + GARBAGE,
  },
  {
    readers: 4,
    toxic: { type: 'bandwidth', attributes: { rate: 1 } },
    most: 4 * HELD_MOST + GARBAGE,
  },
  { readers: 4, toxic: { type: 'timeout' }, most: 4 * HELD_MOST + GARBAGE },
])(
  '$readers slow readers and $toxic keep within the stated bound',
  async one => {
    await using pouring = await startPouring()
    await using server = await startContestant('ours')
    const address = await makeProxy(server.url, { name: 'p', upstream: pouring.address })
    await talk(await dial(address), { send: 1, watchMs: 500, linger: true })
    if (one.toxic) await addToxic(server.url, 'p', one.toxic)
    const before = rssOf(server.process.pid)

    const readers = await Promise.all(Array.from({ length: one.readers }, () => dial(address)))
    for (const reader of readers) reader.pause()
    const received = async () => {
      const list = connections.parse(await call(server.url, 'GET /connections'))
      for (const { downstream } of list) expect(downstream.held).toBeLessThanOrEqual(HELD_MOST)
      return list.reduce((sum, { downstream }) => sum + downstream.received, 0)
    }
    const deadline = performance.now() + 40_000
    for (let last = -1, now = await received(); now > last; now = await received()) {
      last = now
      expect(performance.now()).toBeLessThan(deadline)
      await wait(200)
    }
    expect(rssOf(server.process.pid) - before).toBeLessThan(one.most)

    if (!one.toxic && readers[0]) {
      let bytes = 0
      readers[0].on('data', data => (bytes += data.length)).resume()
      await once(readers[0], 'end', { signal: AbortSignal.timeout(10_000) })
      expect(bytes).toBe(32 * MiB)
    }
    for (const reader of readers) reader.destroy()
  },
  60_000,
)
