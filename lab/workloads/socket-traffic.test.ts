import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Event } from '../journal/journal.ts'
import { listen } from '../testing/loopback.ts'
import type { Received } from './socket-options.ts'
import { socketTraffic } from './socket-traffic.ts'

const patience = { timeout: 10_000 }
const asked = z.object({ channel: z.string(), id: z.string(), text: z.string() })
const frames = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), seq: z.number(), id: z.string(), text: z.string() }),
  z.object({ kind: z.literal('confirmed'), id: z.string(), seq: z.number() }),
])
const read = (frame: unknown): Received | undefined => frames.safeParse(frame).data

/** A room that numbers what it is sent and tells everybody. */
async function room() {
  const server = createServer()
  const sockets = new Set<WebSocket>()
  const urls: string[] = []
  let seq = 0
  new WebSocketServer({ server }).on('connection', (socket, { url = '' }) => {
    urls.push(url)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', data => {
      const { id, text } = asked.parse(JSON.parse(String(data)))
      seq += 1
      for (const one of sockets) one.send(JSON.stringify({ kind: 'message', seq, id, text }))
      socket.send(JSON.stringify({ kind: 'confirmed', id, seq }))
    })
  })
  const websocket = `ws://127.0.0.1:${await listen(server)}`
  return {
    ...{ sockets, urls, endpoint: { name: 'api-1', http: '', websocket } },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

async function people(endpoint: { name: string; http: string; websocket: string }) {
  const seen: Event[] = []
  const traffic = socketTraffic({
    ...{ perSecond: 1, connections: 2, channels: 1, read },
    path: (channel, after) => `/rooms/${channel}?after=${after}`,
  })
  const system = { links: [], endpointsOf: () => [endpoint], describe: () => ({}) }
  const recorder = { record: (event: Event) => void seen.push(event) }
  const { signal } = new AbortController()
  const context = { clock: systemClock, random: seeded(1), recorder, signal }
  // What it takes of a system and of a run.
  const clients = await Reflect.apply(traffic.open, traffic, [system, context])
  const whats = (client: number) =>
    seen.flatMap(event =>
      event.kind === 'observed' && event.client === client ? [event.what] : [],
    )
  return { clients, whats, seen, operations: traffic.operations(seeded(1)) }
}

test('who sends is told, everybody sees, and who is cut off comes back with what was seen', async () => {
  await using one = await room()
  const { clients, whats, operations } = await people(one.endpoint)
  const outcome = await clients.perform(operations.next().value, 0, AbortSignal.timeout(4_000))
  expect(outcome).toMatchObject({ kind: 'ok', value: { channel: 'room-0' } })
  await vi.waitFor(() => expect(whats(1)).toEqual(['subscribed', 'frame']), patience)
  for (const socket of one.sockets) socket.close(1001)
  await vi.waitFor(() => expect(whats(1)).toContain('reconnected'), patience)
  expect(whats(1).slice(2, 3)).toEqual(['closed'])
  expect(one.urls).toContain('/rooms/room-0?after=1')
  await clients[Symbol.asyncDispose]()
})

test('what is under way when the connection ends may have happened', async () => {
  await using one = await room()
  const { clients, operations } = await people(one.endpoint)
  for (const socket of one.sockets) socket.removeAllListeners('message')
  const sending = clients.perform(operations.next().value, 0, AbortSignal.timeout(4_000))
  for (const socket of one.sockets) socket.terminate()
  expect(await sending).toMatchObject({ kind: 'info', ended: 'cut' })
  await clients[Symbol.asyncDispose]()
})
