import type { RunOptions } from '../admission/run-options.ts'
import { defencesOf } from '../model/defences-of.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'
import type { FinishedRun } from '../run/run.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { isShortOfTime, mostRepeats } from '../verdict/short-of-time.ts'
import { type Cell, type Claim, type Proof, readProof } from './proof.ts'

/** What a cell changes of a run. */
export type Changes = Required<Pick<RunOptions, 'faultsOff' | 'defencesOff' | 'planted'>>

export interface Proving {
  /** Makes one run; called one after the other. */
  readonly run: (changes: Changes, label: string) => Promise<FinishedRun>
  /** Only the claim of this name. */
  readonly only?: string | undefined
  readonly signal?: AbortSignal
}

/** Everything an experiment claims can be broken. */
export function claimsOf<System extends LabSystem>(plan: Experiment<System>): readonly Claim[] {
  return [
    ...defencesOf(plan).map(one => ({ kind: 'defence' as const, off: one.off, ...pick(one) })),
    ...(plan.controls ?? []).map(one => ({ kind: 'control' as const, off: [], ...pick(one) })),
  ]
}

/**
 * Fault × defence. The two cells with all defences on are the same for every claim, and run once; a
 * control changes only the cell with the faults.
 */
export async function prove<System extends LabSystem>(
  experiment: Experiment<System>,
  proving: Proving,
): Promise<readonly Proof[]> {
  const claims = claimsOf(experiment).filter(({ name }) => name === (proving.only ?? name))
  const make = async (faults: boolean, claim?: Claim): Promise<Cell> => {
    proving.signal?.throwIfAborted()
    const label = `${faults ? 'faults' : 'calm'}, ${claim ? changeOf(claim) : 'as it is'}`
    let finished = await proving.run(changesOf(faults, claim), label)
    for (let again = 1; again <= mostRepeats && saysNothing(finished.conclusion); again++) {
      proving.signal?.throwIfAborted()
      finished = await proving.run(changesOf(faults, claim), `${label}, once more`)
    }
    return { faults, defended: claim === undefined, ...finished }
  }
  const shared = [await make(false), await make(true)]
  const proofs: Proof[] = []
  for (const claim of claims) {
    const own = claim.kind === 'defence' ? [await make(false, claim)] : []
    proofs.push(readProof(claim, [...shared, ...own, await make(true, claim)]))
  }
  return proofs
}

/** Checks that nothing claims to break: what they say can be held, and is never proved. */
export function unprovable<System extends LabSystem>(plan: Experiment<System>): readonly string[] {
  const broken = claimsOf(plan).map(({ breaks }) => breaks)
  return Object.keys(plan.checks).filter(check => !broken.includes(check))
}

/**
 * A run that says nothing either way: the system was not steady when the faults were due, so none was
 * made and nothing was asked of it; or the machine was short of time.
 */
function saysNothing(conclusion: Conclusion): boolean {
  const { hypotheses } = conclusion
  return (
    hypotheses.some(({ when, held }) => when === 'before' && !held) || isShortOfTime(conclusion)
  )
}

export function changesOf(faults: boolean, claim?: Claim): Changes {
  return {
    faultsOff: !faults,
    defencesOff: claim?.off ?? [],
    planted: claim?.kind === 'control' ? [claim.name] : [],
  }
}

function changeOf({ kind, name }: Claim): string {
  return kind === 'defence' ? `without ${name}` : `with ${name}`
}

function pick({ name, breaks, mayAlsoBreak }: Omit<Claim, 'kind' | 'off'>) {
  return { name, breaks, mayAlsoBreak }
}
