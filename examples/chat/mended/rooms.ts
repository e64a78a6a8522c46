import type { WebSocket } from 'ws'
import { listen, tell } from './bus.ts'
import { keep, type Message, messagesAfter } from './store.ts'

/** The bus only wakes: what is told is read from the database, which misses nothing. */
interface Room {
  /** What each socket has been sent. */
  readonly people: Map<WebSocket, number>
  /** One reading after the other. */
  turn: Promise<void>
}

const lookEveryMs = 1_000
const rooms = new Map<string, Room>()

await listen(message => wake(message.room))
// Also when the bus is away, or has lost something.
setInterval(() => {
  for (const name of rooms.keys()) wake(name)
}, lookEveryMs)

export async function enter(socket: WebSocket, name: string, after: number): Promise<void> {
  const room = rooms.get(name) ?? { people: new Map(), turn: Promise.resolve() }
  rooms.set(name, room)
  const leave = () => room.people.delete(socket)
  socket.on('close', leave)
  socket.on('error', leave)
  socket.on('message', data => say(socket, name, JSON.parse(String(data))))
  room.people.set(socket, after)
  await inTurn(room, () => catchUp(name, room))
}

function wake(name: string): void {
  const room = rooms.get(name)
  if (!room || room.people.size === 0) return
  inTurn(room, () => catchUp(name, room)).catch(error => console.error('not told', error.message))
}

function inTurn(room: Room, work: () => Promise<void>): Promise<void> {
  const done = room.turn.then(work)
  room.turn = done.catch(() => {})
  return done
}

async function catchUp(name: string, { people }: Room): Promise<void> {
  const from = Math.min(...people.values())
  for (const message of await messagesAfter(name, from)) {
    for (const [socket, seen] of people) {
      if (message.seq <= seen) continue
      send(socket, message)
      people.set(socket, message.seq)
    }
  }
}

async function say(socket: WebSocket, room: string, said: { id: string; text: string }) {
  try {
    const message = await keep(room, said.id, said.text)
    socket.send(JSON.stringify({ type: 'confirmed', id: message.id, seq: message.seq }))
    tell(message).catch(() => wake(room))
  } catch (error) {
    socket.send(JSON.stringify({ type: 'refused', id: said.id, text: String(error) }))
  }
}

function send(socket: WebSocket, { seq, id, text }: Message): void {
  socket.send(JSON.stringify({ type: 'message', seq, id, text }))
}
