import type { Strike } from './schedule.ts'
import type { LabSystem } from './target.ts'

/**
 * A planted failure, for a check that no defence of the service answers for: with these strikes added
 * to the schedule the check named `breaks` must be invalid. It proves that the check can fail.
 */
export interface Control<in System extends LabSystem = LabSystem> {
  readonly name: string
  readonly breaks: string
  readonly mayAlsoBreak: readonly string[]
  readonly strikes: readonly Strike<System>[]
}

export function control<System extends LabSystem>(
  name: string,
  proof: {
    readonly breaks: string
    readonly mayAlsoBreak?: readonly string[]
    readonly strikes: readonly Strike<System>[]
  },
): Control<System> {
  const { breaks, mayAlsoBreak = [], strikes } = proof
  return { name, breaks, mayAlsoBreak, strikes }
}
