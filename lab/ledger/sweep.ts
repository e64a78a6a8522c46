import { systemClock } from '../base/clock.ts'
import type { Recorder } from '../journal/journal.ts'
import { healRuns } from './heal-runs.ts'

/** Ends what an earlier crash left below `.lab`, of the guardian too, and says so. */
export async function sweep(labFolder: string, recorder: Recorder): Promise<void> {
  const note = (text: string) => recorder.record({ kind: 'note', text })
  for (const found of await healRuns(labFolder, { clock: systemClock })) {
    if (found.state === 'finished') note(`cleaned up after ${found.runId}, which had crashed`)
    if (found.state === 'unreadable') note(`${found.ledgerFile} cannot be read: ${found.problem}`)
  }
}
