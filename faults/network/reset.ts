import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
import { toxicFault } from './toxic-fault.ts'

/** Resets (TCP RST) every connection, those already open in pools too, and every new one. */
export function reset<System extends LabSystem>(select: Selector<System, Linked>): Fault<System> {
  return toxicFault('reset', select, {
    type: 'reset_peer',
    attributes: { timeout: 0 },
    streams: ['downstream'],
  })
}
