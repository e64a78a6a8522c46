import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { listen } from '../../../lab/testing/loopback.ts'

/** What the upstream saw of one connection. */
export interface Visit {
  readonly socket: Socket
  bytes: number
  /** How the proxy ended its side; `open` until then. */
  ending: 'open' | 'fin' | 'rst'
}

export interface Upstream extends AsyncDisposable {
  readonly address: string
  readonly visits: readonly Visit[]
}

/** How an upstream answers. */
export type Answers = 'at-once' | 'at-end' | 'with-rst'

/**
 * An upstream that sends back what it gets: at once, or (`at-end`) all of it when the client has said
 * FIN. Its own FIN follows the client's. `with-rst` resets the connection instead.
 */
export async function startEcho(answers: Answers = 'at-once'): Promise<Upstream> {
  const visits: Visit[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const visit: Visit = { socket, bytes: 0, ending: 'open' }
    const kept: Buffer[] = []
    visits.push(visit)
    socket.on('data', data => {
      visit.bytes += data.length
      if (answers === 'at-end') kept.push(data)
      if (answers === 'with-rst') socket.resetAndDestroy()
    })
    socket.on('error', () => {
      visit.ending = 'rst'
    })
    socket.on('end', () => {
      visit.ending = 'fin'
      if (answers === 'at-end') socket.end(Buffer.concat(kept))
    })
    if (answers === 'at-once') socket.pipe(socket)
  })
  const port = await listen(server)
  return {
    address: `127.0.0.1:${port}`,
    visits,
    async [Symbol.asyncDispose]() {
      for (const { socket } of visits) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
