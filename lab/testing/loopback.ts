import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** A port nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

/** Listens on a free loopback port; the queue is long enough for a crowd to come at once. */
export async function listen(server: Server): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 })
  await once(server, 'listening')
  return portOf(server)
}

/** Where a server listens that does so already. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP listener')
  return address.port
}
