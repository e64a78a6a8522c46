import type { Verdict } from '../base/verdict.ts'
import type { Claim } from '../proof/proof.ts'
import { asItIs, type SoakRun } from '../proof/soak.ts'
import type { PastProof } from './past-proofs.ts'
import { isAsItIs, type PastRun } from './past-runs.ts'

/** What is known of an experiment from its earlier runs, kept and in the ledger. */
export interface ExperimentRecord {
  /** Of the experiment as it is, each run counted once. */
  readonly runs: number
  readonly last: { readonly verdict: Verdict; readonly at: string } | undefined
  readonly lastHeldAt: string | undefined
  /** The middle one of the last ten that came to their end. */
  readonly durationMs: number | undefined
  readonly proof: ProofRecord
}

/** Each claim counts by what was last seen of it. */
export interface ProofRecord {
  readonly claims: number
  readonly proved: readonly string[]
  /** When the one that was seen longest ago was proved; undefined until all are. */
  readonly provedAt: string | undefined
}

/** What earlier runs left of one experiment. */
export interface Past {
  readonly runs: readonly PastRun[]
  readonly proofs: readonly PastProof[]
  readonly soaked: readonly SoakRun[]
}

export function recordOf(claims: readonly Claim[], past: Past): ExperimentRecord {
  const made = madeRuns(past)
  const last = made.at(-1)
  return {
    runs: made.length,
    last: last && { verdict: last.verdict, at: last.at },
    lastHeldAt: made.findLast(({ verdict }) => verdict === 'held')?.at,
    durationMs: middle(made.slice(-10).map(({ durationMs }) => durationMs)),
    proof: proofRecord(claims, past),
  }
}

interface Made {
  readonly at: string
  readonly verdict: Verdict
  readonly durationMs: number
}

/** A soak run stands in the ledger, and for a while in `runs/` too; its beginning tells it. */
function madeRuns({ runs, soaked }: Past): readonly Made[] {
  const made = new Map<string, Made>()
  for (const { at, change, verdict, durationMs } of soaked) {
    if (change === asItIs) made.set(at, { at, verdict, durationMs })
  }
  for (const { conclusion } of runs) {
    const { startedAt: at, verdict, durationMs } = conclusion
    if (isAsItIs(conclusion)) made.set(at, { at, verdict, durationMs })
  }
  return [...made.values()].sort((a, b) => a.at.localeCompare(b.at))
}

function proofRecord(claims: readonly Claim[], { proofs, soaked }: Past): ProofRecord {
  const seen = claims.map(({ name }) => {
    const tried = [
      ...proofs.flatMap(({ startedAt: at, proofs }) =>
        proofs.filter(({ claim }) => claim.name === name).map(({ proved }) => ({ at, proved })),
      ),
      ...soaked
        .filter(({ change }) => change === name)
        .map(({ at, asExpected }) => ({ at, proved: asExpected })),
    ]
    const latest = tried.sort((a, b) => a.at.localeCompare(b.at)).at(-1)
    return { name, at: latest?.proved ? latest.at : undefined }
  })
  const proved = seen.flatMap(({ name, at }) => (at === undefined ? [] : [{ name, at }]))
  const all = claims.length > 0 && proved.length === claims.length
  return {
    claims: claims.length,
    proved: proved.map(({ name }) => name),
    provedAt: all ? proved.map(({ at }) => at).sort()[0] : undefined,
  }
}

function middle(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
