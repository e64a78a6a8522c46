import { createServer, type Socket } from 'node:net'
import { z } from 'zod'
import { settings } from './settings.ts'

/** A server behind the proxies: it echoes, or sends without end. Each in a process of its own, so
 * that a bulk stream can starve nobody here. */
const { serve } = settings(z.object({ serve: z.enum(['echo', 'source']) }))
const block = Buffer.alloc(256 * 1024, 'bulk')

const server = createServer({ noDelay: true }, socket => {
  socket.on('error', () => {})
  if (serve === 'echo') socket.pipe(socket)
  else flood(socket)
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }))
})

function flood(socket: Socket): void {
  const send = () => {
    while (socket.write(block));
  }
  socket.on('drain', send)
  send()
}
