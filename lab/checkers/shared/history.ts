import type { Json } from '../../base/json.ts'
import type { Entry, Journal, Outcome, Phase } from '../../journal/journal.ts'

/**
 * An operation as the journal tells it: its invocation, joined with its completion if there is one.
 */
export interface Performed {
  readonly op: number
  readonly client: number
  readonly f: string
  readonly key: string | undefined
  readonly input: Json
  readonly phase: Phase
  readonly intendedMs: number
  readonly invokedMs: number
  readonly invokeIndex: number
  /** Undefined while no answer was recorded: it hangs. */
  readonly answer: Answer | undefined
}

export interface Answer {
  readonly outcome: Outcome
  readonly atMs: number
  readonly latencyMs: number
  readonly index: number
}

/** A stretch of the run, in ms since it began; `from` is in it, `to` is not. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** What names a workload in the journal. */
export interface Named {
  readonly name: string
}

/** Every operation of a workload in the order of invocation. */
export function history(journal: Journal, workload: Named): readonly Performed[] {
  const answers = answersOf(journal, workload)
  const performed: Performed[] = []
  let phase: Phase = 'start'
  for (const entry of journal) {
    if (entry.kind === 'phase') phase = entry.phase
    if (entry.kind !== 'invoke' || entry.workload !== workload.name) continue
    const { op, client, f, key, input, intendedMs, atMs: invokedMs, index: invokeIndex } = entry
    const answer = answers.get(op)
    performed.push({ op, client, f, key, input, phase, intendedMs, invokedMs, invokeIndex, answer })
  }
  return performed
}

function answersOf(journal: Journal, workload: Named): ReadonlyMap<number, Answer> {
  const answers = new Map<number, Answer>()
  for (const entry of journal) {
    if (entry.kind !== 'complete' || entry.workload !== workload.name) continue
    const { op, outcome, atMs, latencyMs, index } = entry
    answers.set(op, { outcome, atMs, latencyMs, index })
  }
  return answers
}

/** Journal positions of an operation, for a witness. */
export function entriesOf(performed: Performed): readonly number[] {
  const { invokeIndex, answer } = performed
  return answer ? [invokeIndex, answer.index] : [invokeIndex]
}

/**
 * From the first fault applied to the last one healed. Without faults (a control run) the inject
 * phase stands in for it, so that both kinds of run are judged over the same stretch. Undefined
 * when the run never came that far.
 */
export function faultWindow(journal: Journal): Window | undefined {
  const applied = journal.find(entry => entry.kind === 'fault' && entry.step === 'applied')
  const inject = journal.find(entry => entry.kind === 'phase' && entry.phase === 'inject')
  const first = applied ?? inject
  if (!first) return undefined
  const healed = journal.findLast(
    entry => entry.kind === 'fault' && entry.step === 'healed' && entry.index > first.index,
  )
  const heal = journal.find(
    entry => entry.kind === 'phase' && entry.phase === 'heal' && entry.index > first.index,
  )
  const last = (applied ? healed : undefined) ?? heal ?? journal.at(-1)
  return { fromMs: first.atMs, toMs: Math.max(first.atMs, last?.atMs ?? first.atMs) }
}

interface Dated {
  readonly atMs: number
  /** When a read showed it, of a thing that may have gone wrong at any time since `atMs`. */
  readonly seenMs?: number
}

/**
 * Of several things that went wrong, the one to show: the first since the first fault, which can
 * explain it; else the first of all, dated when it was seen: what was written before a kill can
 * well be lost by it.
 */
export function clearest<Thing extends Dated>(
  journal: Journal,
  things: readonly Thing[],
): Thing | undefined {
  const fromMs = faultWindow(journal)?.fromMs ?? 0
  const sorted = things.toSorted((a, b) => a.atMs - b.atMs)
  const [first] = sorted
  const since = sorted.find(thing => thing.atMs >= fromMs)
  return since ?? (first && { ...first, atMs: first.seenMs ?? first.atMs })
}

/** A control run without faults: where nothing is wrong, that nothing was refused is the answer. */
export function isCalm(journal: Journal): boolean {
  return journal.some(entry => entry.kind === 'run' && entry.faultsOff)
}

export function within(window: Window, atMs: number): boolean {
  return atMs >= window.fromMs && atMs < window.toMs
}

/** Entries of one kind, typed. */
export function ofKind<Kind extends Entry['kind']>(
  journal: Journal,
  kind: Kind,
): readonly Extract<Entry, { readonly kind: Kind }>[] {
  return journal.filter((entry): entry is Extract<Entry, { readonly kind: Kind }> =>
    isKind(entry, kind),
  )
}

function isKind<Kind extends Entry['kind']>(
  entry: Entry,
  kind: Kind,
): entry is Extract<Entry, { readonly kind: Kind }> {
  return entry.kind === kind
}
