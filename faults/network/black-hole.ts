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
 * Swallows every byte in both directions while connections stay open: what a firewall that drops, or
 * a pulled cable, does. Nobody is told, not even that the other side has gone (the original passes a
 * FIN on). When it heals, our proxy lets what it held flow on, as TCP would send it again; the original
 * closes the connections that lost bytes. Of one client, or of the present connections, only where
 * our own proxy injects; the present ones stay dead when it heals.
 */
export function blackHole<System extends LabSystem>(
  select: Selector<System, Linked>,
  of: WhichConnections = {},
): Fault<System> {
  const streams = ['upstream', 'downstream'] as const
  if (isSelective(of)) {
    return ownToxicFault('blackHole', select, {
      settings: labelOf(of),
      toxics: streams.map(stream => ({
        type: 'black_hole' as const,
        stream,
        attributes: {},
        ...connectionsOf(of),
      })),
      counts: 'bytes',
    })
  }
  return toxicFault('blackHole', select, {
    type: 'timeout',
    attributes: { timeout: 0 },
    streams,
    counts: 'bytes',
    own: 'black_hole',
  })
}

export const form = faultForm({
  ...common,
  name: 'blackHole',
  says: 'Bytes vanish both ways while connections stay open: a firewall that drops.',
  settings: z.object({ connections }),
  make: (select, { connections }) => blackHole(select, chosen(connections)),
})

export const examples: Examples<Linked> = part => [blackHole(part)]
