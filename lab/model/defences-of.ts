import { type Defence, defence } from './defence.ts'
import type { Experiment } from './experiment.ts'
import type { LabSystem } from './target.ts'

/** The defences an experiment names, and those its checks bring: the rule behind an alert. */
export function defencesOf<System extends LabSystem>({
  defences,
  checks,
}: Pick<Experiment<System>, 'defences' | 'checks'>): readonly Defence[] {
  const named = defences.map(({ name }) => name)
  const brought = Object.entries(checks).flatMap(([breaks, { defence: own }]) =>
    own === undefined || named.includes(own) ? [] : [defence(own, { breaks })],
  )
  return [...defences, ...brought]
}
