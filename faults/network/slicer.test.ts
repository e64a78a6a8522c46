import { once } from 'node:events'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startRedis } from '../../targets/redis.ts'
import { type FaultBench, faultBench, part, play } from '../testing/fault-bench.ts'
import { slicer } from './slicer.ts'

/** Of two, three and four bytes in UTF-8, so that a piece ends within most of them. */
const name = 'Łódź 東京 🦊'
const reply = `$${Buffer.byteLength(name)}\r\n${name}\r\n`

/** A Redis that has the name, by way of a link. */
async function serveName(bench: FaultBench) {
  const server = await startRedis(bench.rig.run)
  const found = await bench.system('redis', server)
  const client = new Redis({ host: found.at.host, port: found.at.port })
  await client.set('name', name)
  return { ...found, client, [Symbol.dispose]: () => client.disconnect() }
}

/** What the first `data` brings, and all of it. */
async function readReply({ host, port }: { readonly host: string; readonly port: number }) {
  const socket = connect({ host, port, noDelay: true })
  try {
    socket.write('*2\r\n$3\r\nGET\r\n$4\r\nname\r\n')
    const chunks: Buffer[] = []
    while (Buffer.concat(chunks).length < Buffer.byteLength(reply)) {
      chunks.push(...(await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })))
    }
    return { first: `${chunks[0]}`, all: `${Buffer.concat(chunks)}`, reads: chunks.length }
  } finally {
    socket.destroy()
  }
}

test('a reply of a real Redis arrives whole, in pieces that a careless reader takes for replies', async () => {
  await using bench = await faultBench()
  using served = await serveName(bench)
  expect(await readReply(served.at), 'calm').toMatchObject({ first: reply, all: reply })
  const planned = await slicer(part, { bytes: 3 }).plan(served.system, bench.context)
  await planned.apply()
  const { first, all, reads } = await readReply(served.at)
  expect(all).toBe(reply)
  expect(Buffer.byteLength(first)).toBeLessThan(Buffer.byteLength(reply) / 2)
  expect(reads).toBeGreaterThan(3)
  expect(await served.client.get('name'), 'a client that can read').toBe(name)
  await play(planned.undo)
  expect(await readReply(served.at), 'healed').toMatchObject({ first: reply, all: reply })
})

test('present: the connections that are open get pieces, and a new one does not', async () => {
  await using bench = await faultBench()
  using served = await serveName(bench)
  const fault = slicer(part, { every: '20ms', which: 'present' })
  const planned = await fault.plan(served.system, bench.context)
  await planned.apply()
  const began = performance.now()
  expect(await served.client.get('name')).toBe(name)
  expect(performance.now() - began).toBeGreaterThan(20 * Buffer.byteLength(reply))
  expect(await readReply(served.at)).toMatchObject({ first: reply })
  await play(planned.undo)
})
