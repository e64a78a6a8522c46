import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { clientFault, connected, happens, head, type Reachable } from '../client-fault.ts'
import { whole } from '../forms/fields.ts'
import { clients, common, path } from './form.ts'

const readEveryMs = 100

/** As a browser asks for a web socket; the key is the example of RFC 6455. */
const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/**
 * Clients that ask and read their answer at `bytesPerSecond`, or stop reading with 0; of a web socket
 * with `webSocket: true`. Lands for each connection whose answer had begun.
 */
export function slowReading<System extends LabSystem>(
  select: Selector<System, Reachable>,
  options: {
    readonly clients: number
    readonly path: string
    readonly bytesPerSecond: number
    readonly webSocket?: boolean
  },
): Fault<System> {
  const { clients, path, bytesPerSecond, webSocket } = options
  return clientFault(select, { name: 'slowReading', clients }, client =>
    connected(client, async socket => {
      socket.write(`${head(path, webSocket ? upgrade : {})}\r\n`)
      await happens(socket, 'data')
      if (socket.destroyed) return
      client.landed()
      // Whoever reads by `read` from a paused socket takes from the kernel only what there is room for.
      socket.pause()
      const share = Math.ceil((bytesPerSecond * readEveryMs) / 1_000)
      while (!socket.destroyed) {
        await client.clock.sleep(readEveryMs, client.signal).catch(() => {})
        if (share > 0) socket.read(Math.min(share, socket.readableLength))
      }
    }),
  )
}

export const form = faultForm({
  ...common,
  name: 'slowReading',
  says: 'Clients read their answers slowly.',
  settings: z.object({
    clients,
    path,
    bytesPerSecond: whole('Bytes a second', 100, 1, 1_000_000),
  }),
  make: (select, settings) => slowReading(select, settings),
})
