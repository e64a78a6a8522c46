import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'closeConnections',
  says: 'Connections end in order (FIN), present and new.',
  settings: z.object({ connections }),
  make: (select, { connections }) => closeConnections(select, chosen(connections)),
})

export const examples: Examples<Linked> = part => [closeConnections(part)]
