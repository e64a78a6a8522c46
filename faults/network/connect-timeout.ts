import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { common } from './form.ts'

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

export const form = faultForm({
  ...common,
  name: 'connectTimeout',
  says: 'New connects get no answer; open connections live on.',
  settings: none,
  make: select => connectTimeout(select),
})

export const examples: Examples<Linked> = part => [connectTimeout(part)]
