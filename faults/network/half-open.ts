import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
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
