import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { toxicFault } from './toxic-fault.ts'
import { connectionsOf, isSelective, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * Resets (TCP RST) every connection, those already open in pools too, and every new one. Those of one
 * client, or the present ones, alone only where our own proxy injects: then also idle ones, which else
 * fall when used.
 */
export function reset<System extends LabSystem>(
  select: Selector<System, Linked>,
  of: WhichConnections = {},
): Fault<System> {
  if (isSelective(of)) {
    return ownToxicFault('reset', select, {
      settings: labelOf(of),
      toxics: [{ type: 'rst', attributes: {}, ...connectionsOf(of) }],
      counts: 'connections',
    })
  }
  return toxicFault('reset', select, {
    type: 'reset_peer',
    attributes: { timeout: 0 },
    streams: ['downstream'],
    counts: 'connections',
  })
}

export const form = faultForm({
  ...common,
  name: 'reset',
  says: 'Connections are reset, present and new.',
  settings: z.object({ connections }),
  make: (select, { connections }) => reset(select, chosen(connections)),
})

export const examples: Examples<Linked> = part => [
  reset(part),
  reset(part, { client: '127.0.0.1' }),
]
