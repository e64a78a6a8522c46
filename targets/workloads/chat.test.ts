import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../../lab/base/clock.ts'
import { seeded } from '../../lab/base/random.ts'
import type { Event } from '../../lab/journal/journal.ts'
import { listen } from '../../lab/testing/loopback.ts'
import { chat } from './chat.ts'

const heartbeatMs = 600
const patience = { timeout: 10_000 }

/** Takes sockets, says `subscribed`, confirms what is sent and tells nobody: tests do. */
class Room implements AsyncDisposable {
  readonly name: string
  readonly asked: string[] = []
  readonly sockets = new Set<WebSocket>()
  readonly #server: Server = createServer()
  url = ''

  private constructor(name: string) {
    this.name = name
    new WebSocketServer({ server: this.#server }).on('connection', (socket, { url = '' }) => {
      this.asked.push(url)
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      socket.send(JSON.stringify({ type: 'subscribed', channel: 'room-0' }))
      socket.on('message', data => {
        const { id } = JSON.parse(String(data))
        socket.send(JSON.stringify({ type: 'sent', id, seq: 7 }))
      })
    })
  }

  static async open(name: string): Promise<Room> {
    const room = new Room(name)
    room.url = `ws://127.0.0.1:${await listen(room.#server)}`
    return room
  }

  tell(seq: number): void {
    const message = { type: 'message', channel: 'room-0', seq, id: `m${seq}`, text: 'x' }
    for (const socket of this.sockets) socket.send(JSON.stringify(message))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** One person who chats, at first at the first of these. */
async function somebody(one: Room, two: Room) {
  const seen: Event[] = []
  const leaving = new AbortController()
  const endpoints = [one, two].map(({ name, url }) => ({ name, http: '', websocket: url }))
  const system = { endpoints, links: [], describe: () => ({}) }
  const recorder = { record: (event: Event) => void seen.push(event) }
  const context = { clock: systemClock, random: seeded(1), recorder, signal: leaving.signal }
  const workload = chat({ connections: 1, perSecond: 1, channels: 1, heartbeatMs })
  // What a chat takes of a system and of a run.
  const clients = await Reflect.apply(workload.open, workload, [system, context])
  const whats = () => seen.map(event => (event.kind === 'observed' ? event.what : event.kind))
  return { clients, whats, operations: workload.operations(seeded(1)) }
}

test('whoever is told that an instance restarts goes to the next, and says what was seen', async () => {
  await using one = await Room.open('one')
  await using two = await Room.open('two')
  const { clients, whats } = await somebody(one, two)
  one.tell(3)
  await vi.waitFor(() => expect(whats()).toContain('frame'), patience)
  for (const socket of one.sockets) socket.close(1012)
  await vi.waitFor(() => expect(whats()).toContain('reconnected'), patience)
  expect(one.asked).toHaveLength(1)
  expect(two.asked[0]).toContain('after=3')
  await clients[Symbol.asyncDispose]()
})

test('whoever hears nothing for two and a half heartbeats comes back; one who is pinged stays', async () => {
  await using one = await Room.open('one')
  await using two = await Room.open('two')
  const { clients, whats } = await somebody(one, two)
  const pinging = setInterval(() => {
    for (const socket of one.sockets) socket.ping()
  }, heartbeatMs / 4)
  await systemClock.sleep(3 * heartbeatMs)
  const calm = whats().filter(what => what === 'closed').length
  clearInterval(pinging)
  await vi.waitFor(() => expect(one.asked.length).toBeGreaterThan(1), patience)
  expect(calm).toBe(0)
  await clients[Symbol.asyncDispose]()
})

test('nobody leaves before the last message that was confirmed is seen', async () => {
  await using one = await Room.open('one')
  await using two = await Room.open('two')
  const { clients, whats, operations } = await somebody(one, two)
  const sent = await clients.perform(operations.next().value, 0, AbortSignal.timeout(4_000))
  expect(sent).toMatchObject({ kind: 'ok' })
  const left = clients[Symbol.asyncDispose]()
  await systemClock.sleep(50)
  one.tell(7)
  await left
  expect(whats()).toContain('frame')
})
