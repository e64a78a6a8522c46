import { print } from '../../base/print.ts'
import type { Round } from '../../rounds/round.ts'
import { commitOf } from './commit-of.ts'

/** Says that an interrupted round is continued, and where its sources are not these. */
export async function tellRound(root: string, round: Round<unknown>): Promise<void> {
  if (round.done.size === 0) return
  const others =
    round.commit === (await commitOf(root)) ? '' : `, with the sources of ${round.commit}`
  const begun = `the round of ${round.startedAt}${others}`
  print(process.stdout, `Continuing ${begun}: ${round.done.size} done; --fresh begins anew.`)
}
