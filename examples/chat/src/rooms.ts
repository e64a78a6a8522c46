import type { WebSocket } from 'ws'
import { listen, tell } from './bus.ts'
import { keep, type Message, messagesAfter } from './store.ts'

const rooms = new Map<string, Set<WebSocket>>()

await listen(message => {
  for (const socket of rooms.get(message.room) ?? []) send(socket, message)
})

export async function enter(socket: WebSocket, room: string, after: number): Promise<void> {
  const people = rooms.get(room) ?? new Set()
  rooms.set(room, people.add(socket))
  socket.on('close', () => people.delete(socket))
  socket.on('error', () => people.delete(socket))
  socket.on('message', data => say(socket, room, JSON.parse(String(data))))
  for (const message of await messagesAfter(room, after)) send(socket, message)
}

async function say(socket: WebSocket, room: string, said: { id: string; text: string }) {
  try {
    const message = await keep(room, said.id, said.text)
    tell(message).catch(error => console.error('not told', error.message))
    socket.send(JSON.stringify({ type: 'confirmed', id: message.id, seq: message.seq }))
  } catch (error) {
    socket.send(JSON.stringify({ type: 'refused', id: said.id, text: String(error) }))
  }
}

function send(socket: WebSocket, { seq, id, text }: Message): void {
  socket.send(JSON.stringify({ type: 'message', seq, id, text }))
}
