import { systemClock } from '../base/clock.ts'
import { called } from '../base/installation.ts'
import type { Recorder } from '../journal/journal.ts'
import { type Healed, healRuns } from './heal-runs.ts'

/**
 * Ends what an earlier crash left below `.lab`, of the guardian too. What it did, and what it left
 * alone, is in the journal, and told through `say`.
 */
export async function sweep(
  labFolder: string,
  recorder: Recorder,
  say: (text: string) => void = () => {},
): Promise<void> {
  for (const found of await healRuns(labFolder, { clock: systemClock })) {
    const text = noteOf(found)
    if (text === undefined) continue
    recorder.record({ kind: 'note', text })
    say(text)
  }
}

function noteOf(found: Healed): string | undefined {
  switch (found.state) {
    case 'finished': {
      const left = found.problems.map(problem => `; not done: ${problem}`).join('')
      return `cleaned up after ${found.runId}, which had crashed${left}`
    }
    case 'unreadable':
      return `${found.ledgerFile} is left alone: ${found.problem}`
    case 'foreign':
      return `${found.runId} is left alone: it was started in another PID namespace or machine`
    case 'alive':
      if (found.by === 'lab') return undefined
      return `the lab of ${found.runId} is gone, and its guardian, process ${found.pid}, still at work; should that last: ${called('heal')}`
  }
}
