import type { Json } from '../../base/json.ts'
import {
  type Failure,
  firstFinalOp,
  type Journal,
  type Outcome,
  type Phase,
} from '../../journal/journal.ts'
import { editOf } from './edited.ts'
import { type EntryOf, ofKind, phasesOf } from './of-kind.ts'

export { type EntryOf, ofKind } from './of-kind.ts'

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

/**
 * Every operation of a workload in the order of invocation, those of the final reads too: the same
 * list each time, and the same in a falsified copy of which the lie left them alone.
 */
export function history(journal: Journal, { name }: Named): readonly Performed[] {
  const known = histories.get(journal) ?? new Map<string, readonly Performed[]>()
  histories.set(journal, known)
  const performed = known.get(name) ?? answeredAgain(journal, name) ?? historyOf(journal, name)
  known.set(name, performed)
  return performed
}

function historyOf(journal: Journal, workload: string): readonly Performed[] {
  const phases = phasesOf(journal)
  const answers = answersOf(ofKind(journal, 'complete'), workload)
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

/** Of a falsified copy in which answers alone may be others; undefined for any other journal. */
function answeredAgain(journal: Journal, workload: string): readonly Performed[] | undefined {
  const edit = editOf(journal)
  if (!edit || edit.kinds.has('invoke') || edit.kinds.has('phase')) return undefined
  const { indices } = edit
  const before = history(edit.from, { name: workload })
  if (!edit.kinds.has('complete')) return before
  const completes = [edit.from, journal].map(one => ofKind(one, 'complete'))
  const touched = completes.flat().filter(({ index }) => indices?.has(index) ?? true)
  const ops = new Set(touched.filter(each => each.workload === workload).map(({ op }) => op))
  if (ops.size === 0) return before
  const candidates = ofKind(journal, 'complete').filter(({ op }) => ops.has(op))
  const answers = answersOf(candidates, workload)
  return before.map(each => (ops.has(each.op) ? { ...each, answer: answers.get(each.op) } : each))
}

/** The operations of a workload without its final reads, which are no traffic. */
export function trafficOf(journal: Journal, workload: Named): readonly Performed[] {
  return history(journal, workload).filter(each => !isFinal(each))
}

export function isFinal({ op, phase }: Performed): boolean {
  return op >= firstFinalOp || phase === 'final-reads'
}

function answersOf(
  completes: readonly EntryOf<'complete'>[],
  workload: string,
): ReadonlyMap<number, Answer> {
  const answers = new Map<number, Answer>()
  for (const entry of completes) {
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
