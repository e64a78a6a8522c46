import { z } from 'zod'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Witness } from '../../model/checker.ts'
import {
  clearest,
  entriesOf,
  history,
  type Named,
  ofKind,
  type Performed,
} from '../shared/history.ts'

export interface JobOptions {
  /** The operation that hands a job in; default `enqueue`. Its key is the job's id. */
  readonly enqueue?: string
  /** The final read; default `read`. Its ok value is an array of `JobState`. */
  readonly read?: string
  /**
   * Jobs that cannot be done, by their input: each must end dead, after exactly this many tries.
   */
  readonly poison?: { readonly is: (job: Performed) => boolean; readonly tries: number }
  /** Pending jobs that may be left at the end; default 0. */
  readonly pendingAtMost?: number
}

const jobState = z.object({
  id: z.string(),
  state: z.enum(['done', 'dead', 'pending']),
  /** How often the job's effect is found. */
  effects: z.number().optional(),
  tries: z.number().optional(),
})
const handled = z.object({ id: z.string(), key: z.string(), seq: z.number() })

/** The state of a job, as the final read lists it. */
export type JobState = z.infer<typeof jobState>

const sins = ['lost', 'doubled', 'misjudged', 'wrongTries', 'stuck', 'reordered'] as const
type Sin = (typeof sins)[number]

interface Offence extends Witness {
  readonly sin: Sin
}

/**
 * A queue's books: every job that was accepted is found in the end, once, done or dead; in = done +
 * dead + pending; poison is dead after exactly k tries and nothing else is; a job's effect is found
 * once; `observed` events `handled {id, key, seq}` are in order of seq for each key. Unknown when
 * no job was accepted or the books were not read.
 */
export function jobsAccounted(workload: Named, options: JobOptions = {}): Checker {
  return {
    name: `all jobs of ${workload.name} are accounted for`,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: JobOptions): Finding {
  const all = history(journal, workload)
  const jobs = all.filter(each => each.f === (options.enqueue ?? 'enqueue'))
  const accepted = jobs.filter(each => each.answer?.outcome.kind === 'ok')
  const books = booksOf(all, options)
  const rows = Map.groupBy(books?.rows ?? [], row => row.id)
  const inBooks = [
    ...(books ? accepted.flatMap(job => lost(job, rows.get(job.key ?? ''))) : []),
    ...jobs.flatMap(job =>
      (rows.get(job.key ?? '') ?? []).flatMap(row => sinsOf(job, row, options)),
    ),
    ...jobs.flatMap(job => twice(job, rows.get(job.key ?? ''))),
    ...stuck(jobs, rows, options),
  ].map(offence => ({ ...offence, seenMs: books?.readMs ?? offence.atMs }))
  const offences = [...inBooks, ...reordered(journal, workload)]
  const count = (state: string) => (books?.rows ?? []).filter(row => row.state === state).length
  const figures = {
    accepted: accepted.length,
    done: count('done'),
    dead: count('dead'),
    pending: count('pending'),
    ...Object.fromEntries(sins.map(sin => [sin, offences.filter(each => each.sin === sin).length])),
  }
  const first = clearest(journal, offences)
  if (first) {
    const { what, entries, atMs } = first
    const story = `${offences.length} offences among ${accepted.length} accepted jobs: ${what}.`
    return { word: 'invalid', story, figures, witness: { what, entries, atMs } }
  }
  if (!books || accepted.length === 0) {
    const story = books ? 'No job was accepted.' : 'The books were not read in the end.'
    return { word: 'unknown', story, figures }
  }
  const { done, dead } = figures
  const story = `All ${accepted.length} accepted jobs are found: ${done} done, ${dead} dead.`
  return { word: 'valid', story, figures }
}

interface Books {
  readonly rows: readonly JobState[]
  readonly readMs: number
}

function booksOf(all: readonly Performed[], options: JobOptions): Books | undefined {
  const reads = all.flatMap(each => {
    const isRead = each.phase === 'final-reads' && each.f === (options.read ?? 'read')
    const outcome = each.answer?.outcome
    if (!isRead || !each.answer || outcome?.kind !== 'ok') return []
    return [{ rows: z.array(jobState).parse(outcome.value), readMs: each.answer.atMs }]
  })
  const [first] = reads
  return first && { rows: reads.flatMap(read => read.rows), readMs: first.readMs }
}

function offence(sin: Sin, job: Performed, what: string): readonly Offence[] {
  return [{ sin, what: `job ${job.key} ${what}`, entries: entriesOf(job), atMs: job.invokedMs }]
}

function lost(job: Performed, rows: readonly JobState[] | undefined): readonly Offence[] {
  return rows ? [] : offence('lost', job, 'was accepted and is nowhere')
}

function twice(job: Performed, rows: readonly JobState[] = []): readonly Offence[] {
  return rows.length > 1 ? offence('doubled', job, `is in the books ${rows.length} times`) : []
}

function sinsOf(job: Performed, row: JobState, { poison }: JobOptions): readonly Offence[] {
  const { state, effects = state === 'done' ? 1 : 0, tries } = row
  const isPoison = poison?.is(job) ?? false
  const right = isPoison ? 'dead' : 'done'
  const isWrong = state !== 'pending' && state !== right && poison !== undefined
  const isMistried = isPoison && state === 'dead' && tries !== undefined && tries !== poison?.tries
  return [
    ...(effects > 1 ? offence('doubled', job, `took effect ${effects} times`) : []),
    ...(isWrong ? offence('misjudged', job, `ended ${state} and should be ${right}`) : []),
    ...(isMistried ? offence('wrongTries', job, `is dead after ${tries} tries`) : []),
  ]
}

function stuck(
  jobs: readonly Performed[],
  rows: ReadonlyMap<string, readonly JobState[]>,
  { pendingAtMost = 0 }: JobOptions,
): readonly Offence[] {
  const pending = jobs.filter(job => rows.get(job.key ?? '')?.some(row => row.state === 'pending'))
  const [first] = pending
  if (!first || pending.length <= pendingAtMost) return []
  return offence('stuck', first, `and ${pending.length - 1} more are still pending`)
}

function reordered(journal: Journal, workload: Named): readonly Offence[] {
  const last = new Map<string, { readonly seq: number; readonly index: number }>()
  const seen = new Set<string>()
  return ofKind(journal, 'observed').flatMap((entry): readonly Offence[] => {
    if (entry.workload !== workload.name || entry.what !== 'handled') return []
    const { id, key, seq } = handled.parse(entry.value)
    // A redelivery is no reordering; whether it did harm is a matter of effects.
    if (seen.has(id)) return []
    seen.add(id)
    const before = last.get(key)
    last.set(key, { seq, index: entry.index })
    if (!before || before.seq < seq) return []
    const what = `job ${id} of ${key} (${seq}) was handled after ${before.seq}`
    return [{ sin: 'reordered', what, entries: [before.index, entry.index], atMs: entry.atMs }]
  })
}
