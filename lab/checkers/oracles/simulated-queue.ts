import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { JobState } from '../effects/jobs-accounted.ts'
import type { Told } from '../shared/journal-of.ts'
import { finalReads, operation, sampleRun } from '../testing/sample-run.ts'
import { outcome } from './outcome.ts'
import { isLikely, type Simulated } from './simulated.ts'

export const queueBugs = ['loses', 'doubles', 'does-what-it-refused', 'reports-undone'] as const
export type QueueBug = (typeof queueBugs)[number]

/** Tries that a poisonous job is given. */
export const tries = 3

/**
 * A queue with workers that die now and then: a job is handed out again until its effect is done,
 * and the effect is kept once by its id. A job whose answer was lost may be in the queue or not.
 */
export function simulatedQueue(bug: QueueBug | 'none', random: Random): Simulated {
  const rows: JobState[] = []
  const told: (readonly Told[])[] = []
  let shown = false
  const count = random.integer(4, 12)
  for (let op = 0; op < count; op++) {
    const id = `j${op}`
    const poison = isLikely(random, 0.2)
    const end = random.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const)
    const isIn = end === 'ok' || (end === 'info' && isLikely(random, 0.5))
    const atMs = 1_000 + op * 800
    const input = poison ? 'poison' : 'fine'
    told.push(operation({ op, f: 'enqueue', key: id, input, outcome: outcome(end, null), atMs }))
    const acts = bug !== 'none' && isLikely(random, 0.2)
    if (!isIn) {
      const wrong = acts && bug === 'does-what-it-refused' && end === 'fail' && !poison
      if (wrong) rows.push({ id, state: 'done', effects: 1 })
      shown ||= wrong
      continue
    }
    const handled = Array.from({ length: isLikely(random, 0.3) ? 2 : 1 }, (_, n): Told => {
      const value = { id, key: 'k', seq: op }
      return {
        kind: 'observed',
        workload: 'w',
        client: 0,
        what: 'handled',
        value,
        atMs: atMs + 50 + n,
      }
    })
    told.push(handled)
    const row = rowOf(id, poison, acts && !poison ? bug : 'none')
    if (row) rows.push(row)
    shown ||= acts && !poison && bug !== 'does-what-it-refused' && (bug !== 'loses' || end === 'ok')
  }
  const books: Json = rows.map(row => ({ ...row }))
  return { journal: sampleRun(...told, finalReads({ books })), shown }
}

function rowOf(id: string, poison: boolean, bug: QueueBug | 'none'): JobState | undefined {
  if (poison) return { id, state: 'dead', effects: 0, tries }
  if (bug === 'loses') return undefined
  const effects = bug === 'doubles' ? 2 : bug === 'reports-undone' ? 0 : 1
  return { id, state: 'done', effects }
}
