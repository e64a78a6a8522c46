import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { choice } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { connectionsOf, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * Resets the other side of each connection and leaves this one (default: the client) alone with what
 * only it believes in: it hears nothing and is heard by nobody, as after its peer's power failed. When
 * it heals, that side is reset; of the present connections it stays alone.
 * `landed` counts the connections.
 */
export function halfOpen<System extends LabSystem>(
  select: Selector<System, Linked>,
  { left = 'client', ...of }: WhichConnections & { readonly left?: 'client' | 'server' } = {},
): Fault<System> {
  const stream = left === 'client' ? 'downstream' : 'upstream'
  return ownToxicFault('halfOpen', select, {
    settings: [`${left} left alone`, ...labelOf(of)],
    toxics: [{ type: 'half_open', stream, attributes: {}, ...connectionsOf(of) }],
    counts: 'connections',
  })
}

export const form = faultForm({
  ...common,
  name: 'halfOpen',
  says: 'One side is reset, the other goes on believing.',
  settings: z.object({ left: choice('Left alone', ['client', 'server']), connections }),
  make: (select, { left, connections }) => halfOpen(select, { left, ...chosen(connections) }),
})

export const examples: Examples<Linked> = part => [halfOpen(part)]
