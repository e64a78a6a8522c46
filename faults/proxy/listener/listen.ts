import { createServer, type Server, type Socket } from 'node:net'
import { type Address, formatAddress } from '../base/address.ts'
import { ApiError } from '../base/api-error.ts'

/** A listening socket. Failing to listen is answered as Toxiproxy does: 500 with the cause. */
export async function listen(
  address: Address,
  accept: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly address: Address }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ApiError(500, `listen tcp ${formatAddress(address)}: ${explain(error)}`)),
    )
    server.listen({ ...address, backlog: 4096 }, resolve)
  })
  server.on('error', () => {})
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a TCP listener')
  return { server, address: { host: bound.address, port: bound.port } }
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return 'bind: address already in use'
  if (error.code === 'EACCES') return 'bind: permission denied'
  if (error.code === 'EADDRNOTAVAIL') return 'bind: cannot assign requested address'
  return error.message
}
