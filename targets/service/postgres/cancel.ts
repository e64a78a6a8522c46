import { once } from 'node:events'
import { connect } from 'node:net'
import type pg from 'pg'
import { z } from 'zod'

/** What the server gave the session to be cancelled by; not among the types of `pg`. */
const backend = z.object({ processID: z.int(), secretKey: z.int() })
const cancelCode = 80_877_102

/**
 * Asks the server to end the statement this connection is at, by a connection of its own (protocol
 * v3, "Canceling Requests in Progress"). Resolves when the server has taken it or cannot be reached
 * within `timeoutMs`; the statement's own answer tells whether it was ended.
 */
export async function cancelStatement(client: pg.PoolClient, timeoutMs: number): Promise<void> {
  const known = backend.safeParse(client).data
  if (!known) return
  const request = Buffer.alloc(16)
  request.writeInt32BE(request.length, 0)
  request.writeInt32BE(cancelCode, 4)
  request.writeInt32BE(known.processID, 8)
  request.writeInt32BE(known.secretKey, 12)
  const { host, port } = client
  const signal = AbortSignal.timeout(timeoutMs)
  const isPath = host.startsWith('/')
  const socket = connect(isPath ? { path: `${host}/.s.PGSQL.${port}` } : { host, port, signal })
  socket.on('error', () => {}) // told by 'close', too
  socket.write(request)
  socket.resume()
  await once(socket, 'close', { signal }).catch(() => socket.destroy())
}
