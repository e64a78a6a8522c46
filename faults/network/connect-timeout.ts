import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'

/**
 * New connects get no answer at all; open connections live on. `landed` counts the SYN packets that
 * were dropped; only Linux tells, so elsewhere a run stays inconclusive. Refused on Windows.
 */
export function connectTimeout<System extends LabSystem>(
  select: Selector<System, Linked>,
): Fault<System> {
  return ownToxicFault('connectTimeout', select, {
    settings: [],
    toxics: [{ type: 'connect_timeout', attributes: {} }],
    counts: 'packets',
  })
}
