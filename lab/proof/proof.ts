import type { Witness } from '../model/checker.ts'
import type { Conclusion, Reason } from '../verdict/conclusion.ts'
import { strikeDemands } from '../verdict/strike-demands.ts'

/** One run of a proof, as the table shows it. */
export interface Cell {
  readonly faults: boolean
  /** The defence is on, or the control is not planted. */
  readonly defended: boolean
  readonly folder: string
  readonly conclusion: Conclusion
}

/** What must fail: a defence switched off, or a control planted. */
export interface Claim {
  readonly kind: 'defence' | 'control'
  readonly name: string
  /** Switches of the target that are off without the defence; none for a control. */
  readonly off: readonly string[]
  readonly breaks: string
  readonly mayAlsoBreak: readonly string[]
}

export interface Proof {
  readonly claim: Claim
  readonly proved: boolean
  /** Why it is not proved; empty when it is. */
  readonly problems: readonly string[]
  readonly witness?: Witness
}

/**
 * Reads the cells of one claim: by findings in the one that must break, by verdict in the others. In
 * calm weather a check may find nothing to judge; nothing else may be amiss.
 */
export function readProof(claim: Claim, cells: readonly Cell[]): Proof {
  const broken = cells.find(cell => cell.faults && !cell.defended)
  const problems = cells.flatMap(cell => {
    if (cell === broken) return ablationProblems(claim, cell.conclusion)
    const { reasons, checks } = cell.conclusion
    const [reason] = reasons.filter(one => cell.faults || !isVacuous(one, checks))
    return reason ? [`${cellName(claim, cell)} must hold, but: ${reason.text}`] : []
  })
  if (!broken) problems.push('the cell that must break was not run')
  const witness = broken?.conclusion.checks[claim.breaks]?.witness
  return { claim, proved: problems.length === 0, problems, ...(witness ? { witness } : {}) }
}

/**
 * A check of what only faults provoke, such as refusals, has nothing to judge in calm weather. One that
 * missed a planted lie, or was broken while the lab itself was short of time, did judge.
 */
function isVacuous({ check }: Reason, checks: Conclusion['checks']): boolean {
  return check !== undefined && checks[check]?.word === 'unknown'
}

/** Why a run without the defence does not show what was claimed; empty when it does. */
export function ablationProblems(claim: Claim, conclusion: Conclusion): readonly string[] {
  const { breaks, mayAlsoBreak } = claim
  const { checks, reasons, faults } = conclusion
  const failed = reasons.find(({ word }) => word === 'error')
  if (failed) return [`the run failed: ${failed.text}`]
  const strikes = strikeDemands.map(({ name }) => name)
  const problems = reasons
    .filter(({ demand = '' }) => strikes.includes(demand))
    .map(({ text }) => text)
  const named = checks[breaks]
  if (named?.word !== 'invalid') {
    const found = named ? `${named.word}: ${named.story}` : 'not there'
    problems.push(`check ${breaks} must be invalid, but is ${found}`)
  }
  const firstMs = Math.min(...faults.map(fault => fault.plannedAtMs ?? Number.POSITIVE_INFINITY))
  if (named?.witness && named.witness.atMs < firstMs) {
    problems.push(`the witness of ${breaks} lies before the first fault: ${named.witness.what}`)
  }
  const doubt = reasons.find(({ word, check }) => word === 'inconclusive' && check === breaks)
  if (doubt && named?.word === 'invalid') problems.push(doubt.text)
  for (const [name, check] of Object.entries(checks)) {
    if (name === breaks || check.word !== 'invalid' || mayAlsoBreak.includes(name)) continue
    problems.push(`check ${name} broke too, and is not in mayAlsoBreak: ${check.story}`)
  }
  return problems
}

export function cellName({ kind, name }: Claim, { faults, defended }: Cell): string {
  const weather = faults ? 'with the faults' : 'in calm weather'
  if (kind === 'control') return `${weather}, ${defended ? 'without' : 'with'} ${name}`
  return `${weather}, ${defended ? 'with' : 'without'} ${name}`
}
