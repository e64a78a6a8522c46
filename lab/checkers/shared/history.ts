import type { Json } from '../../base/json.ts'
import {
  type Entry,
  type Failure,
  firstFinalOp,
  type Journal,
  type Outcome,
  type Phase,
} from '../../journal/journal.ts'

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

export type Answered = Performed & { readonly answer: Answer }
export type Succeeded = Performed & {
  readonly answer: Answer & { readonly outcome: Extract<Outcome, { readonly kind: 'ok' }> }
}

/** What names a workload in the journal. */
export interface Named {
  readonly name: string
}

const histories = new WeakMap<Journal, Map<string, readonly Performed[]>>()

/** Every operation of a workload in the order of invocation, those of the final reads too. */
export function history(journal: Journal, { name }: Named): readonly Performed[] {
  const known = histories.get(journal) ?? new Map<string, readonly Performed[]>()
  histories.set(journal, known)
  const performed = known.get(name) ?? historyOf(journal, name)
  known.set(name, performed)
  return performed
}

function historyOf(journal: Journal, workload: string): readonly Performed[] {
  const { phases } = sorted(journal)
  const answers = answersOf(journal, workload)
  const performed: Performed[] = []
  for (const [place, entry] of ofKind(journal, 'invoke').entries()) {
    if (entry.workload !== workload) continue
    const { op, client, f, key, input, intendedMs, atMs: invokedMs, index: invokeIndex } = entry
    const answer = answers.get(op)
    const phase = phases[place] ?? 'start'
    performed.push({ op, client, f, key, input, phase, intendedMs, invokedMs, invokeIndex, answer })
  }
  return performed
}

/** The operations of a workload without its final reads, which are no traffic. */
export function trafficOf(journal: Journal, workload: Named): readonly Performed[] {
  return history(journal, workload).filter(each => !isFinal(each))
}

export function isFinal({ op, phase }: Performed): boolean {
  return op >= firstFinalOp || phase === 'final-reads'
}

function answersOf(journal: Journal, workload: string): ReadonlyMap<number, Answer> {
  const answers = new Map<number, Answer>()
  for (const entry of ofKind(journal, 'complete')) {
    if (entry.workload !== workload) continue
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

export function isOk(performed: Performed): performed is Succeeded {
  return performed.answer?.outcome.kind === 'ok'
}

/** How it failed; undefined where it was ok or was never answered. */
export function failureOf(performed: Performed): Failure | undefined {
  const outcome = performed.answer?.outcome
  return outcome?.kind === 'ok' ? undefined : outcome
}

/** The lab itself did not send it: it says nothing about the service. */
export function isShed(performed: Performed): boolean {
  return failureOf(performed)?.ended === 'shed'
}

/** What people call it: `read k7`. */
export function nameOf({ f, key, op }: Performed): string {
  return `${f} ${key ?? op}`
}

export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>

/** Entries of one kind, typed. */
export function ofKind<Kind extends Entry['kind']>(
  journal: Journal,
  kind: Kind,
): readonly EntryOf<Kind>[] {
  // What stands there is of this kind, which no type of a map can say.
  return (sorted(journal).kinds.get(kind) ?? []) as readonly EntryOf<Kind>[]
}

interface Sorted {
  readonly kinds: ReadonlyMap<Entry['kind'], readonly Entry[]>
  /** The phase in which each `invoke` was written. */
  readonly phases: readonly Phase[]
}

/** Checks ask for the same again and again, and a journal never changes. */
const sortedJournals = new WeakMap<Journal, Sorted>()

function sorted(journal: Journal): Sorted {
  const found = sortedJournals.get(journal) ?? sort(journal)
  sortedJournals.set(journal, found)
  return found
}

function sort(journal: Journal): Sorted {
  const kinds = new Map<Entry['kind'], Entry[]>()
  const phases: Phase[] = []
  let phase: Phase = 'start'
  for (const entry of journal) {
    if (entry.kind === 'phase') phase = entry.phase
    if (entry.kind === 'invoke') phases.push(phase)
    const alike = kinds.get(entry.kind)
    if (alike) alike.push(entry)
    else kinds.set(entry.kind, [entry])
  }
  return { kinds, phases }
}
