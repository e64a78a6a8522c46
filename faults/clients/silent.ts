import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { clientFault, connected, head, type Reachable } from '../client-fault.ts'
import { clients, common } from './form.ts'

/** A line of head, so seldom. */
const lineEveryMs = 1_000

/**
 * Clients that connect and never finish what they ask: the head of a request comes at a line a second
 * (`trickles`), or not at all. Lands for each connection that the server still holds after a second.
 */
export function silent<System extends LabSystem>(
  select: Selector<System, Reachable>,
  { clients, trickles = false }: { readonly clients: number; readonly trickles?: boolean },
): Fault<System> {
  return clientFault(select, { name: 'silent', clients }, client =>
    connected(client, async socket => {
      // Read, so that it is seen when the server hangs up.
      socket.resume()
      if (trickles) socket.write(head('/'))
      for (let line = 0; !socket.destroyed; line++) {
        await client.clock.sleep(lineEveryMs, client.signal).catch(() => {})
        if (line === 0 && !socket.destroyed && !client.signal.aborted) client.landed()
        if (trickles && !socket.destroyed) socket.write(`x-${line}: 1\r\n`)
      }
    }),
  )
}

export const form = faultForm({
  ...common,
  name: 'silent',
  says: 'Clients connect and say nothing.',
  settings: z.object({
    clients,
    trickles: z.boolean().default(false).meta({ title: 'Or a byte now and then' }),
  }),
  make: (select, settings) => silent(select, settings),
})
