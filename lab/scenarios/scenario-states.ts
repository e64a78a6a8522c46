import type { Scenario } from './catalogue.ts'
import type { Evidence } from './evidence.ts'

/** What will carry a scenario that nothing shows yet, and what it waits for. */
export interface OpenScenario {
  readonly carriedBy: string
  readonly waitsFor: string
}

export type ScenarioState =
  | { readonly id: string; readonly state: Evidence['kind']; readonly shownBy: readonly string[] }
  | ({ readonly id: string; readonly state: 'open' } & OpenScenario)
  | { readonly id: string; readonly state: 'missing' }

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
  const state = kinds.find(kind => mine.some(each => each.kind === kind))
  if (state) return { id, state, shownBy: [...new Set(mine.map(({ file }) => file))] }
  return open ? { id, state: 'open', ...open } : { id, state: 'missing' }
}
