import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { clientFault, connected, happens, head, type Reachable } from '../client-fault.ts'
import { clients, common, path } from './form.ts'

/**
 * Clients that ask again as soon as they hear anything, each on a connection of its own: as many
 * requests as the server answers, `clients` at once. Lands for each request that was answered.
 */
export function flooding<System extends LabSystem>(
  select: Selector<System, Reachable>,
  { clients, path }: { readonly clients: number; readonly path: string },
): Fault<System> {
  return clientFault(select, { name: 'flooding', clients }, client =>
    connected(client, async socket => {
      while (!socket.destroyed) {
        socket.write(`${head(path)}\r\n`)
        await happens(socket, 'data')
        if (!socket.destroyed) client.landed()
      }
    }),
  )
}

export const form = faultForm({
  ...common,
  name: 'flooding',
  says: 'Clients ask as fast as they can.',
  settings: z.object({ clients, path }),
  make: (select, settings) => flooding(select, settings),
})
