import type { PastProof } from '../history/past-proofs.ts'
import type { Claim } from '../proof/proof.ts'

/** What the kill matrix is made from: what is claimed, what was proved, and what only scenarios show. */
export interface KillMatrixInput {
  readonly experiments: readonly {
    readonly name: string
    readonly claims: readonly Claim[]
    /** Why it was not proved; it then neither misses nor fails to. */
    readonly notRun?: string
    readonly proof?: PastProof
  }[]
  /** Every defence of every target. */
  readonly defences: readonly string[]
  readonly onlyByScenario: Readonly<Record<string, OnlyByScenario>>
}

/** A defence that no experiment can show to matter: the scenario that does, and why. */
export interface OnlyByScenario {
  readonly scenario: string
  readonly because: string
}

/** A defence switched off in an experiment: what that showed. */
export type CellWord = 'proved' | 'unproved' | 'not run'

export interface KillMatrix {
  readonly experiments: readonly MatrixExperiment[]
  readonly defences: readonly MatrixDefence[]
  /** Why the matrix is not whole; empty when it is. */
  readonly problems: readonly string[]
}

export interface MatrixExperiment {
  readonly name: string
  /** Each defence that a claim of it switches off. */
  readonly cells: Readonly<Record<string, CellWord>>
  /** Planted failures, and whether they were seen. */
  readonly controls: Readonly<Record<string, CellWord>>
  readonly notRun?: string
  /** Where its proof is kept. */
  readonly file?: string
}

export interface MatrixDefence {
  readonly name: string
  /** Experiments that break without it. */
  readonly missedBy: readonly string[]
  readonly onlyByScenario?: OnlyByScenario
}

/**
 * Defences × experiments. A defence is missed where an experiment was proved to break without it; one
 * that is switched off together with others counts for each of them.
 */
export function killMatrix(input: KillMatrixInput): KillMatrix {
  const experiments = input.experiments.map(one => ({
    name: one.name,
    cells: cellsOf(one, 'defence'),
    controls: cellsOf(one, 'control'),
    ...(one.notRun === undefined ? {} : { notRun: one.notRun }),
    ...(one.proof ? { file: one.proof.file } : {}),
  }))
  const defences = [...new Set(input.defences)].sort().map(name => {
    const only = input.onlyByScenario[name]
    const missedBy = experiments.filter(({ cells }) => cells[name] === 'proved')
    return {
      name,
      missedBy: missedBy.map(each => each.name),
      ...(only ? { onlyByScenario: only } : {}),
    }
  })
  const unknown = Object.keys(input.onlyByScenario).filter(name => !input.defences.includes(name))
  return {
    experiments,
    defences,
    problems: [
      ...experiments.flatMap(problemsOfExperiment),
      ...defences.flatMap(problemsOfDefence),
      ...unknown.map(name => `${name} is called shown by a scenario alone, and is no defence`),
    ],
  }
}

type Input = KillMatrixInput['experiments'][number]

function cellsOf({ claims, proof }: Input, kind: Claim['kind']): Record<string, CellWord> {
  const cells: Record<string, CellWord> = {}
  for (const claim of claims.filter(each => each.kind === kind)) {
    const found = proof?.proofs.find(({ claim: { name } }) => name === claim.name)
    const word = found ? (found.proved ? 'proved' : 'unproved') : 'not run'
    const names = kind === 'defence' ? claim.off : [claim.name]
    for (const name of names) if (cells[name] !== 'proved') cells[name] = word
  }
  return cells
}

function problemsOfExperiment({ name, cells, controls, notRun }: MatrixExperiment) {
  if (notRun !== undefined) return []
  const all = Object.entries({ ...cells, ...controls })
  const unproved = all.filter(([, word]) => word !== 'proved').map(([what]) => what)
  if (unproved.length === all.length) return [`experiment ${name} misses nobody`]
  return unproved.map(what => `experiment ${name} claims to miss ${what}, and that is not proved`)
}

function problemsOfDefence({ name, missedBy, onlyByScenario }: MatrixDefence): readonly string[] {
  if (missedBy.length === 0 && !onlyByScenario) return [`nobody misses the defence ${name}`]
  if (missedBy.length === 0 || !onlyByScenario) return []
  return [
    `${name} is called shown by ${onlyByScenario.scenario} alone, and ${missedBy.join(', ')} misses it`,
  ]
}
