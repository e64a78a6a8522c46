import type { SoakRun } from '../proof/soak.ts'
import type { Past } from './experiment-record.ts'
import { type PastProof, readPastProofs } from './past-proofs.ts'
import { type PastRun, readPastRuns, type Unreadable } from './past-runs.ts'
import { readPastSoaks } from './past-soaks.ts'

/** Everything that earlier commands left: runs, proofs, ledgers, and what of it cannot be read. */
export interface History {
  readonly runs: readonly PastRun[]
  readonly proofs: readonly PastProof[]
  readonly ledgers: ReadonlyMap<string, readonly SoakRun[]>
  readonly unreadable: readonly Unreadable[]
  of(experiment: string): Past
}

/** Reads `runs/` and `docs/soak/`; a damaged file is named and hides nothing else. */
export async function readHistory(root: string): Promise<History> {
  const [runs, proofs, soaks] = await Promise.all([
    readPastRuns(root),
    readPastProofs(root),
    readPastSoaks(root),
  ])
  const runsOf = Map.groupBy(runs.found, ({ conclusion }) => conclusion.experiment)
  const proofsOf = Map.groupBy(proofs.found, ({ experiment }) => experiment)
  return {
    runs: runs.found,
    proofs: proofs.found,
    ledgers: soaks.ledgers,
    unreadable: [...runs.unreadable, ...proofs.unreadable, ...soaks.unreadable],
    of: name => ({
      runs: runsOf.get(name) ?? [],
      proofs: proofsOf.get(name) ?? [],
      soaked: soaks.ledgers.get(name) ?? [],
    }),
  }
}
