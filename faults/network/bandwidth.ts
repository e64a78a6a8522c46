import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
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
