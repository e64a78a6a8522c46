import type { Strike } from './schedule.ts'
import type { LabSystem, Target } from './target.ts'

/**
 * A planted failure, for a check that no defence of the service answers for: with these strikes added
 * to the schedule, or on this other target, the check named `breaks` must be invalid. It proves that
 * the check can fail.
 */
export interface Control<System extends LabSystem = LabSystem> {
  readonly name: string
  readonly breaks: string
  readonly mayAlsoBreak: readonly string[]
  readonly strikes: readonly Strike<System>[]
  /** The experiment's target with other options; it takes the place of the experiment's own. */
  readonly target?: Target<System>
}

/** One that only adds strikes, which fit every system that has the parts they hurt. */
type Planted<System extends LabSystem> = Omit<Control<System>, 'target'>

interface Proof {
  readonly breaks: string
  readonly mayAlsoBreak?: readonly string[]
}

export function control<System extends LabSystem>(
  name: string,
  proof: Proof & { readonly strikes?: readonly Strike<System>[]; readonly target?: never },
): Planted<System>
export function control<System extends LabSystem>(
  name: string,
  proof: Proof & { readonly strikes?: readonly Strike<System>[]; readonly target: Target<System> },
): Control<System>
export function control<System extends LabSystem>(
  name: string,
  proof: Proof & {
    readonly strikes?: readonly Strike<System>[]
    readonly target?: Target<System>
  },
): Control<System> {
  const { breaks, mayAlsoBreak = [], strikes = [], target } = proof
  return { name, breaks, mayAlsoBreak, strikes, ...(target && { target }) }
}
