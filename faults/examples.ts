import type { Selector } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'

/**
 * A fault with settings that hurt at once and without doubt, for the contract suite to try on a real part:
 * what is slow is a minute slow, so that no busy machine could be.
 */
export type Examples<Part> = <System extends LabSystem>(
  part: Selector<System, Part>,
) => readonly Fault<System>[]
