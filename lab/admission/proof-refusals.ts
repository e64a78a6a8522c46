import { defencesOf } from '../model/defences-of.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'
import type { Refusal } from './refusal.ts'
import type { RunOptions } from './run-options.ts'

/** Each defence must exist, and each proof must read a check that is there. */
export function proofRefusals<System extends LabSystem>(
  plan: Experiment<System>,
): readonly Refusal[] {
  const { target, controls = [] } = plan
  const defences = defencesOf(plan)
  const checks = Object.keys(plan.checks)
  const unknownDefences = defences.flatMap(({ off }) => off.flatMap(name => offered(name, target)))
  const unknownChecks = [...defences, ...controls].flatMap(({ name, breaks, mayAlsoBreak }) =>
    [breaks, ...mayAlsoBreak]
      .filter(check => !checks.includes(check))
      .map(check => ({
        code: 'unknown-check',
        expected: `${name} to break one of the checks: ${checks.join(', ')}`,
        found: check,
        why: 'The proof reads the finding of exactly this check.',
        next: 'Correct the name in breaks or mayAlsoBreak.',
      })),
  )
  return [...unknownDefences, ...unknownChecks]
}

function offered(
  name: string,
  target: { readonly name: string; readonly defences: readonly string[] },
): readonly Refusal[] {
  if (target.defences.includes(name)) return []
  return [
    {
      code: 'unknown-defence',
      expected: `a defence that ${target.name} offers: ${target.defences.join(', ') || '(none)'}`,
      found: name,
      why: 'Switching off what does not exist proves nothing.',
      next: 'Correct the name in defences.',
    },
  ]
}

/** Names given to a run that the plan does not know. */
export function optionRefusals<System extends LabSystem>(
  plan: Experiment<System>,
  { defencesOff = [], planted = [] }: Pick<RunOptions, 'defencesOff' | 'planted'>,
): readonly Refusal[] {
  const controls = (plan.controls ?? []).map(({ name }) => name)
  const unknownOff = defencesOff
    .filter(name => !plan.target.defences.includes(name))
    .map(name => ({
      code: 'unknown-defence',
      expected: `one of ${plan.target.defences.join(', ')}`,
      found: `--without ${name}`,
      why: `${plan.target.name} has no such defence to switch off.`,
      next: 'Correct the name.',
    }))
  const unknownPlants = planted
    .filter(name => !controls.includes(name))
    .map(name => ({
      code: 'unknown-control',
      expected: `one of the controls: ${controls.join(', ') || '(there are none)'}`,
      found: `--plant ${name}`,
      why: 'Only a planted failure that the experiment describes can be made.',
      next: 'Correct the name.',
    }))
  return [...unknownOff, ...unknownPlants]
}
