import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

export interface ReservedPort {
  readonly port: number
  /** Just before the server is started on it. */
  release(): Promise<void>
}

/**
 * Holds a free loopback port. From below the range that systems take ports of outgoing connections
 * from: else one could sit on the port of a killed server just when it is to be started again. The
 * port after it is held for as long as this process lives, as the sign that both are taken: else
 * another run could be given the port of a server that is down for a moment.
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 2 * randomInt(6_000, 16_000)
    const sign = await hold(port + 1)
    if (!sign) continue
    const reserved = await hold(port)
    if (reserved) return reserved
    await sign.release()
  }
  throw new Error('No free port was found between 12000 and 32000 on 127.0.0.1.')
}

function hold(port: number): Promise<ReservedPort | undefined> {
  const { promise, resolve } = Promise.withResolvers<ReservedPort | undefined>()
  const server = createServer(socket => socket.destroy())
  // Forgotten, as when a neighbour fails to start, it must not keep the process alive.
  server.unref()
  server.once('error', () => resolve(undefined))
  server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
    resolve({ port, release: () => new Promise(done => server.close(() => done())) }),
  )
  return promise
}
