import { z } from 'zod'
import { type Duration, toMs } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import {
  entriesOf,
  history,
  isFinal,
  isOk,
  type Named,
  ofKind,
  type Performed,
} from '../shared/history.ts'
import { faultWindow, isCalm } from '../shared/strikes.ts'
import { finalReadsIn } from './final-reads.ts'
import { jobLies } from './job-lies.ts'

export interface JobOptions {
  /** The operation that hands a job in; default `enqueue`. Its key is the job's id. */
  readonly enqueue?: string
  /** The final read; default `read`. Its ok value is an array of `JobState`. */
  readonly read?: string
  /**
   * What the workload's own words for a state mean; default: they are `done`, `dead`, `pending`.
   */
  readonly states?: Readonly<Record<string, JobState['state']>>
  readonly poison?: Poison
  /** Pending jobs that may be left at the end; default 0. */
  readonly pendingAtMost?: number
}

/** Jobs that cannot be done: each must end dead, after exactly this many tries. */
export interface Poison {
  readonly is: (job: Performed) => boolean
  readonly tries: number
  /**
   * They are poison only by a fault: handed in while this strike is in force, and long enough before
   * its heal for all tries. Others of them may end either way.
   */
  readonly by?: { readonly strike: string; readonly settlesIn: Duration }
}

const jobState = z.object({
  id: z.string(),
  state: z.enum(['done', 'dead', 'pending']),
  /** How often the job's effect is found; default once for a job that is done, else not at all. */
  effects: z.number().optional(),
  tries: z.number().optional(),
  /** Why a job is dead, where the books have reasons. */
  reason: z.string().nullable().optional(),
})
const rawState = jobState.extend({ state: z.string() })
const handled = z.object({ id: z.string(), key: z.string(), seq: z.number() })

/** The state of a job, as the final read lists it. */
export type JobState = z.infer<typeof jobState>

/**
 * A queue's books: every job that was accepted is found in the end, once, done or dead; in = done +
 * dead + pending; poison is dead after exactly k tries, with its reason where the books have one, and nothing else is; the effect of a job
 * that is done is found once, of one that is dead or was refused never (that it is pending is no
 * effect); the books list nothing that nobody enqueued; `observed` events `handled {id, key, seq}`
 * are in order of seq for each key. Unknown when no job was accepted, or when the books or an event
 * could not be read.
 */
export function jobsAccounted(workload: Named, options: JobOptions = {}): Checker {
  return {
    name: `all jobs of ${workload.name} are accounted for`,
    check: journal => judge(journal, workload, options),
    lies: jobLies(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: JobOptions): Finding {
  const all = history(journal, workload)
  const jobs = all.filter(each => each.f === (options.enqueue ?? 'enqueue'))
  const accepted = jobs.filter(isOk)
  const books = booksOf(all, options)
  const rows = Map.groupBy(books.rows, row => row.id)
  const ids = new Set(jobs.map(({ key = '' }) => key))
  const rightFor = expectation(journal, options)
  const inBooks = [
    ...(books.isWhole ? accepted.flatMap(job => lost(job, rows.get(job.key ?? ''))) : []),
    ...jobs.flatMap(job => ofJob(job, rows.get(job.key ?? '') ?? [], rightFor)),
    ...stuck(jobs, rows, options),
    ...[...rows].flatMap(([id]) => (ids.has(id) ? [] : phantom(id, books))),
  ].map(each => ({ ...each, entries: [...each.entries, ...books.entries], seenMs: books.readMs }))
  const order = orderOf(journal, workload)
  const count = (state: JobState['state']) => books.rows.filter(row => row.state === state).length
  const figures = {
    accepted: accepted.length,
    ...{ done: count('done'), dead: count('dead'), pending: count('pending') },
  }
  const unseen = [
    ...tooFew('Jobs that were accepted', accepted.length, 1),
    ...(books.isWhole ? [] : ['The books were not read in the end, or not all of them']),
    ...(order.unparsed > 0 ? [`${order.unparsed} handled events could not be read`] : []),
    ...gapsIn(journal),
  ]
  const { done, dead } = figures
  const story = `All ${accepted.length} accepted jobs are found: ${done} done, ${dead} dead.`
  return conclude({
    journal,
    violations: [...inBooks, ...order.violations],
    figures,
    unseen,
    story,
  })
}

interface Books {
  readonly rows: readonly JobState[]
  readonly readMs: number
  readonly entries: readonly number[]
  /** The entry of the read that lists a job, by the job's id. */
  readonly listedIn: ReadonlyMap<string, number>
  /** Every final read was answered and understood, and there was one. */
  readonly isWhole: boolean
}

function booksOf(all: readonly Performed[], options: JobOptions): Books {
  const asked = all.filter(each => isFinal(each) && each.f === (options.read ?? 'read'))
  const reads = finalReadsIn(all, options)
  const parsed = reads.map(({ answer }) => rowsIn(answer.outcome.value, options))
  return {
    rows: parsed.flatMap(rows => rows ?? []),
    readMs: reads[0]?.answer.atMs ?? 0,
    entries: reads.flatMap(({ answer }) => answer.index),
    listedIn: new Map(
      reads.flatMap(
        ({ answer }, at) => parsed[at]?.map(({ id }) => [id, answer.index] as const) ?? [],
      ),
    ),
    isWhole: reads.length > 0 && reads.length === asked.length && !parsed.includes(undefined),
  }
}

function rowsIn(answer: Json, { states = {} }: JobOptions): readonly JobState[] | undefined {
  const raw = z.array(rawState).safeParse(answer).data
  const named = raw?.map(row => ({ ...row, state: states[row.state] ?? row.state }))
  return z.array(jobState).safeParse(named).data
}

function violation(kind: string, job: Performed, what: string): readonly Violation[] {
  return [{ kind, what: `job ${job.key} ${what}`, entries: entriesOf(job), atMs: job.invokedMs }]
}

function lost(job: Performed, rows: readonly JobState[] | undefined) {
  return rows ? [] : violation('lost', job, 'was accepted and is nowhere')
}

function phantom(id: string, { readMs: atMs, listedIn }: Books): readonly Violation[] {
  const what = `job ${id} is in the books, and nobody enqueued it`
  // First, since a witness shows only some of the reads.
  return [{ kind: 'phantom', what, entries: [listedIn.get(id) ?? []].flat(), atMs }]
}

/** How a job must end; undefined: either way. */
interface Right {
  readonly state: 'done' | 'dead' | undefined
  readonly tries?: number
}

function expectation(journal: Journal, { poison }: JobOptions): (job: Performed) => Right {
  if (!poison) return () => ({ state: undefined })
  const { is, tries, by } = poison
  const window = by && !isCalm(journal) ? faultWindow(journal, by.strike) : undefined
  const lastMs = window && by ? window.toMs - toMs(by.settlesIn) : 0
  const isStruck = (job: Performed) =>
    !by || (window !== undefined && job.intendedMs >= window.fromMs && job.invokedMs < lastMs)
  return job => {
    if (!is(job)) return { state: 'done' }
    return isStruck(job) ? { state: 'dead', tries } : { state: undefined }
  }
}

function ofJob(
  job: Performed,
  rows: readonly JobState[],
  rightFor: (job: Performed) => Right,
): readonly Violation[] {
  const twice = rows.length > 1
  return [
    ...(twice ? violation('doubled', job, `is in the books ${rows.length} times`) : []),
    ...rows.flatMap(row => [...ofState(job, row, rightFor(job)), ...ofEffects(job, row)]),
  ]
}

function ofState(job: Performed, { state, tries, reason }: JobState, right: Right) {
  const isWrong = state !== 'pending' && right.state !== undefined && state !== right.state
  const isMistried =
    state === 'dead' && right.tries !== undefined && tries !== undefined && tries !== right.tries
  return [
    ...(isWrong ? violation('misjudged', job, `ended ${state} and should be ${right.state}`) : []),
    ...(isMistried ? violation('wrongTries', job, `is dead after ${tries} tries`) : []),
    ...(state === 'dead' && (reason === null || reason === '')
      ? violation('unexplained', job, 'is dead, and nothing says why')
      : []),
  ]
}

function ofEffects(job: Performed, { state, effects = state === 'done' ? 1 : 0 }: JobState) {
  const refused = job.answer?.outcome.kind === 'fail'
  return [
    ...(effects > 1 ? violation('doubled', job, `took effect ${effects} times`) : []),
    ...(state === 'done' && effects === 0
      ? violation('undone', job, 'is done without effect')
      : []),
    ...(state === 'dead' && effects > 0
      ? violation('deadYetDone', job, 'is dead and took effect')
      : []),
    ...(refused && (effects > 0 || state === 'done')
      ? violation('refusedYetDone', job, 'was refused and done all the same')
      : []),
  ]
}

function stuck(
  jobs: readonly Performed[],
  rows: ReadonlyMap<string, readonly JobState[]>,
  { pendingAtMost = 0 }: JobOptions,
): readonly Violation[] {
  const pending = jobs.filter(job => rows.get(job.key ?? '')?.some(row => row.state === 'pending'))
  const [first] = pending
  if (!first || pending.length <= pendingAtMost) return []
  return violation('stuck', first, `and ${pending.length - 1} more are still pending`)
}

function orderOf(journal: Journal, workload: Named) {
  const last = new Map<string, { readonly seq: number; readonly index: number }>()
  const seen = new Set<string>()
  const violations: Violation[] = []
  let unparsed = 0
  for (const entry of ofKind(journal, 'observed')) {
    if (entry.workload !== workload.name || entry.what !== 'handled') continue
    const parsed = handled.safeParse(entry.value)
    if (!parsed.success) unparsed++
    // A redelivery is no reordering; whether it did harm is a matter of effects.
    if (!parsed.success || seen.has(parsed.data.id)) continue
    const { id, key, seq } = parsed.data
    seen.add(id)
    const before = last.get(key)
    last.set(key, { seq, index: entry.index })
    if (!before || before.seq < seq) continue
    const what = `job ${id} of ${key} (${seq}) was handled after ${before.seq}`
    const entries = [before.index, entry.index]
    violations.push({ kind: 'reordered', what, entries, atMs: entry.atMs })
  }
  return { violations, unparsed }
}
