import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/**
 * A port that can be closed and opened again, so that a peer can be away without being dead. The
 * sockets are known, so that one can be reset at the moment at which a fault asks for it.
 */
export class Port {
  readonly #host: string
  readonly #accept: (socket: Socket) => void
  readonly #sockets = new Map<number, Socket>()
  #number: number
  #server: Server | undefined

  /** `port` 0: a free one at the first `open`, and the same ever after. */
  constructor(address: { host: string; port: number }, accept: (socket: Socket) => void) {
    this.#host = address.host
    this.#number = address.port
    this.#accept = accept
  }

  get number(): number {
    return this.#number
  }

  /** The open connection from this port of the client. */
  socketFrom(remotePort: number | undefined): Socket | undefined {
    return remotePort === undefined ? undefined : this.#sockets.get(remotePort)
  }

  async open(): Promise<void> {
    if (this.#server) return
    const server = createServer(socket => this.#take(socket))
    this.#server = server
    server.listen(this.#number, this.#host)
    await once(server, 'listening')
    const address = server.address()
    if (address && typeof address === 'object') this.#number = address.port
  }

  /** Nobody listens any more, and what was open is reset. */
  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets.values()) socket.resetAndDestroy()
    await closed
  }

  #take(socket: Socket): void {
    const { remotePort } = socket
    if (remotePort === undefined) return void socket.destroy()
    this.#sockets.set(remotePort, socket)
    socket.once('close', () => this.#sockets.delete(remotePort))
    this.#accept(socket)
  }
}
