import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { toxicFault } from './toxic-fault.ts'
import { connectionsOf, isSelective, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * Limits each connection to so many kilobytes a second, in both directions. Of one client, or of the
 * present connections, only where our own proxy injects.
 */
export function bandwidth<System extends LabSystem>(
  select: Selector<System, Linked>,
  kilobytesPerSecond: number,
  of: WhichConnections = {},
): Fault<System> {
  const attributes = { rate: kilobytesPerSecond }
  const streams = ['upstream', 'downstream'] as const
  if (isSelective(of)) {
    return ownToxicFault('bandwidth', select, {
      settings: [`${kilobytesPerSecond} KB/s`, ...labelOf(of)],
      toxics: streams.map(stream => ({
        type: 'bandwidth' as const,
        stream,
        attributes,
        ...connectionsOf(of),
      })),
      counts: 'bytes',
    })
  }
  return toxicFault(
    'bandwidth',
    select,
    { type: 'bandwidth', attributes, streams, counts: 'bytes' },
    `${kilobytesPerSecond} KB/s`,
  )
}

export const form = faultForm({
  ...common,
  name: 'bandwidth',
  says: 'Each connection carries only so much.',
  settings: z.object({
    kilobytesPerSecond: whole('Kilobytes a second', 20, 1, 1_000_000),
    connections,
  }),
  make: (select, { kilobytesPerSecond, connections }) =>
    bandwidth(select, kilobytesPerSecond, chosen(connections)),
})

export const examples: Examples<Linked> = part => [bandwidth(part, 1)]
