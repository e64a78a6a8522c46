import type { Scenario } from './catalogue.ts'
import type { Evidence } from './evidence.ts'

/** How a scenario stands. Without a control nobody knows whether its tests can fail. */
export type ScenarioState = {
  readonly id: string
  readonly tests: readonly TitledTest[]
  readonly controls: readonly TitledTest[]
} & (
  | { readonly state: 'experiment' | 'benchmark' | 'open'; readonly shownBy: readonly string[] }
  | { readonly state: 'missing' }
)

interface TitledTest {
  readonly file: string
  readonly title: string
}

export interface ScenarioReport {
  readonly states: readonly ScenarioState[]
  /** IDs that are shown, but not in the catalogue: misspelt, or taken out of it. */
  readonly unknown: readonly string[]
}

/** From the strongest: what is shown in calm weather alone is open, since nobody knows it under faults. */
const strengths = [
  { kind: 'experiment', state: 'experiment' },
  { kind: 'benchmark', state: 'benchmark' },
  { kind: 'test', state: 'open' },
] as const

/** The state of each scenario. */
export function scenarioStates(
  catalogue: readonly Scenario[],
  evidence: readonly Evidence[],
): ScenarioReport {
  const known = new Set(catalogue.map(({ id }) => id))
  return {
    states: catalogue.map(({ id }) => stateOf(id, evidence)),
    unknown: [...new Set(evidence.map(({ id }) => id))].filter(id => !known.has(id)).sort(),
  }
}

function stateOf(id: string, evidence: readonly Evidence[]): ScenarioState {
  const mine = evidence.filter(each => each.id === id)
  const shows = mine.filter(({ kind }) => kind !== 'control')
  const strongest = strengths.find(({ kind }) => shows.some(each => each.kind === kind))
  const about = { id, tests: titled(mine, 'test'), controls: titled(mine, 'control') }
  if (!strongest) return { ...about, state: 'missing' }
  const shownBy = [...new Set(shows.map(({ file }) => file))]
  return { ...about, state: strongest.state, shownBy }
}

function titled(evidence: readonly Evidence[], wanted: Evidence['kind']): readonly TitledTest[] {
  return evidence
    .filter(({ kind }) => kind === wanted)
    .map(({ file, title = '' }) => ({ file, title }))
}
