import type { Proof } from '../../proof/proof.ts'
import { table } from './table.ts'

/** One line for each claim: what was taken away, which check fell, and what shows it. */
export function proofTable(proofs: readonly Proof[]): string {
  const rows = proofs.map(({ claim, proved, witness }) => [
    proved ? '✓' : '✗',
    claim.kind === 'defence' ? `without ${claim.name}` : `with ${claim.name}`,
    claim.breaks,
    proved ? 'proved' : 'unproved',
    witness ? `${(witness.atMs / 1000).toFixed(1)} s: ${witness.what}` : 'no witness',
  ])
  const problems = proofs.flatMap(({ claim, problems }) =>
    problems.map(problem => `  ${claim.name}: ${problem}`),
  )
  const proved = proofs.filter(proof => proof.proved).length
  return [
    table([['', 'change', 'breaks', 'result', 'witness'], ...rows]),
    ...problems,
    `${proved} of ${proofs.length} proved`,
  ].join('\n')
}
