import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { clientFault, connected, head, type Reachable } from '../client-fault.ts'
import { duration } from '../forms/fields.ts'
import { clients, common, path } from './form.ts'

/**
 * Clients that ask and hang up `after` so long, again and again. Lands for each request whose answer
 * had not begun by then. With a header of the service's own they also ask with a tiny deadline:
 * `headers: { 'x-deadline-ms': '5' }`.
 */
export function hangingUp<System extends LabSystem>(
  select: Selector<System, Reachable>,
  options: {
    readonly clients: number
    readonly after: Duration
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
  },
): Fault<System> {
  const { clients, after, path, headers } = options
  return clientFault(select, { name: 'hangingUp', clients }, client =>
    connected(client, async socket => {
      socket.write(`${head(path, headers)}\r\n`)
      await client.clock.sleep(toMs(after), client.signal).catch(() => {})
      if (!client.signal.aborted && !socket.destroyed && socket.bytesRead === 0) client.landed()
    }),
  )
}

export const form = faultForm({
  ...common,
  name: 'hangingUp',
  says: 'Clients ask, and hang up before the answer.',
  settings: z.object({ clients, path, after: duration('After', '20ms') }),
  make: (select, settings) => hangingUp(select, settings),
})
