import { LabError } from '../base/errors.ts'
import type { DayPanel } from './day-panel.ts'
import type { Fault } from './fault.ts'
import type { FaultForm, StrikablePart } from './fault-form.ts'
import type { Hypothesis } from './hypothesis.ts'
import type { LabSystem, Target } from './target.ts'
import type { Workload } from './workload.ts'

/** A system that people will hurt together, with its traffic, and what they may do to it. */
export interface GameDay<System extends LabSystem = LabSystem> {
  readonly title: string
  readonly target: Target<System>
  readonly workloads: readonly Workload<System>[]
  readonly steadyState: readonly Hypothesis<System>[]
  readonly forms: readonly FaultForm[]
  /**
   * What the console draws of the target's monitoring system, which also evaluates alerts. Without it
   * no such system is started, and the console draws what the lab itself measures.
   */
  readonly panels?: readonly DayPanel[]
  /** Everything that can be struck, as it is now. */
  parts(system: System): readonly StrikablePart[]
}

export function gameDay<System extends LabSystem>(
  plan: GameDay<NoInfer<System>> & { readonly target: Target<System> },
): GameDay<System> {
  return plan
}

/** A fault as a form describes it. */
export interface FilledForm {
  /** The name of a form. */
  readonly form: string
  /** The name of a part. */
  readonly part: string
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * The fault that a filled form describes, on the part of that name at the time it strikes.
 * @throws {LabError} `no-form` where the day has no such form, `no-part` as it strikes.
 */
export function faultOf<System extends LabSystem>(
  day: GameDay<System>,
  { form: name, part, settings }: FilledForm,
): Fault<System> {
  const form = day.forms.find(each => each.name === name)
  if (!form) throw absent('no-form', 'a fault', name, day.forms)
  let running: System | undefined
  const select = Object.assign(
    () => {
      const parts = running ? day.parts(running) : []
      const found = parts.find(each => each.name === part)
      if (!found) throw absent('no-part', 'a part', part, parts)
      return found
    },
    { label: part },
  )
  const made = form.make(select, settings)
  return {
    ...made,
    plan: (system, context) => {
      running = system
      return made.plan(system, context)
    },
  }
}

function absent(code: string, what: string, name: string, there: readonly { name: string }[]) {
  return new LabError(
    {
      code,
      expected: `${what} of this game day`,
      found: `'${name}'`,
      why: 'A fault on something else than was meant would show something else.',
      next: `choose one of ${there.map(each => each.name).join(', ')}`,
    },
    'usage',
  )
}
