import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { toxicFault } from './toxic-fault.ts'

/**
 * Swallows every byte in both directions while connections stay open: what a firewall that drops, or
 * a pulled cable, does. Nobody is told. When it heals, our proxy lets what it held flow on, as TCP would send it
 * again; the original closes the connections that lost bytes.
 */
export function blackHole<System extends LabSystem>(
  select: Selector<System, Linked>,
): Fault<System> {
  return toxicFault('blackHole', select, {
    type: 'timeout',
    attributes: { timeout: 0 },
    streams: ['upstream', 'downstream'],
  })
}
