import type { Scenario } from './catalogue.ts'
import type { Evidence } from './evidence.ts'

/** What will carry a scenario that nothing shows yet, and what it waits for. */
export interface OpenScenario {
  readonly carriedBy: string
  readonly waitsFor: string
}

/** How a scenario stands. Without a control nobody knows whether its tests can fail. */
export type ScenarioState = {
  readonly id: string
  readonly tests: readonly TitledTest[]
  readonly controls: readonly TitledTest[]
} & (
  | { readonly state: ShownBy; readonly shownBy: readonly string[] }
  | ({ readonly state: 'open' } & OpenScenario)
  | { readonly state: 'missing' }
)

interface TitledTest {
  readonly file: string
  readonly title: string
}

type ShownBy = Exclude<Evidence['kind'], 'control'>

export interface ScenarioReport {
  readonly states: readonly ScenarioState[]
  /** IDs that are shown or called open, but not in the catalogue: misspelt, or taken out of it. */
  readonly unknown: readonly string[]
}

const kinds = ['test', 'experiment', 'benchmark'] as const

/** The state of each scenario; what shows it wins over what calls it open. */
export function scenarioStates(
  catalogue: readonly Scenario[],
  evidence: readonly Evidence[],
  open: Readonly<Record<string, OpenScenario>>,
): ScenarioReport {
  const known = new Set(catalogue.map(({ id }) => id))
  const named = [...evidence.map(({ id }) => id), ...Object.keys(open)]
  return {
    states: catalogue.map(({ id }) => stateOf(id, evidence, open[id])),
    unknown: [...new Set(named)].filter(id => !known.has(id)).sort(),
  }
}

function stateOf(
  id: string,
  evidence: readonly Evidence[],
  open: OpenScenario | undefined,
): ScenarioState {
  const mine = evidence.filter(each => each.id === id)
  const shows = mine.filter(({ kind }) => kind !== 'control')
  const state = kinds.find(kind => shows.some(each => each.kind === kind))
  const about = { id, tests: titled(mine, 'test'), controls: titled(mine, 'control') }
  if (state) return { ...about, state, shownBy: [...new Set(shows.map(({ file }) => file))] }
  return open ? { ...about, state: 'open', ...open } : { ...about, state: 'missing' }
}

function titled(evidence: readonly Evidence[], wanted: Evidence['kind']): readonly TitledTest[] {
  return evidence
    .filter(({ kind }) => kind === wanted)
    .map(({ file, title = '' }) => ({ file, title }))
}
