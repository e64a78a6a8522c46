import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { connectionsOf, labelOf, type WhichConnections } from './which-connections.ts'

/** Ends every connection with FIN on both sides, those open in pools too, and every new one at once. */
export function closeConnections<System extends LabSystem>(
  select: Selector<System, Linked>,
  of: WhichConnections = {},
): Fault<System> {
  return ownToxicFault('closeConnections', select, {
    settings: labelOf(of),
    toxics: [{ type: 'fin', attributes: {}, ...connectionsOf(of) }],
    counts: 'connections',
  })
}
