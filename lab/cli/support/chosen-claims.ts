import { LabError } from '../../base/errors.ts'
import type { Experiment } from '../../model/experiment.ts'
import type { Claim } from '../../proof/proof.ts'
import { claimsOf } from '../../proof/prove.ts'

/**
 * What an experiment claims of its defences and controls: all, or the one named.
 * @throws {LabError} `nothing-to-prove` when it has none, or not that one.
 */
export function chosenClaims(experiment: Experiment, only: string | undefined): readonly Claim[] {
  const claims = claimsOf(experiment)
  const chosen = claims.filter(({ name }) => only === undefined || name === only)
  if (chosen.length > 0) return chosen
  throw new LabError(
    {
      code: 'nothing-to-prove',
      expected: `a defence or control of the experiment: ${claims.map(({ name }) => name).join(', ') || '(it has none)'}`,
      found: only ?? 'none',
      why: 'There is nothing to prove.',
      next: 'Correct the name, or name a defence in the experiment.',
    },
    'usage',
  )
}
