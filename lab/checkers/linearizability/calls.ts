import type { Performed } from '../shared/history.ts'
import type { Effect, Model } from './model.ts'

/** An operation of a history: it took effect once, after `from` and before `until`. */
export interface Call {
  readonly performed: Performed
  readonly effect: Effect
  readonly from: number
  /** Infinity: perhaps later than all else, which is as good as never. */
  readonly until: number
}

/** What happened to one object. */
export interface ObjectHistory {
  readonly key: string
  readonly calls: readonly Call[]
  /** The first operation that the model does not know; nothing is said of what comes after it. */
  readonly unknown: Performed | undefined
}

/** The operations by object, without those that never happened or tell and change nothing. */
export function objectsOf(
  operations: readonly Performed[],
  model: Model,
): readonly ObjectHistory[] {
  const byKey = Map.groupBy(operations, each => (model.perKey ? (each.key ?? '') : ''))
  return [...byKey].map(([key, ofKey]) => {
    const calls: Call[] = []
    for (const performed of ofKey) {
      const call = callOf(performed, model)
      if (call === 'unknown')
        return { key, calls: until(calls, performed.invokeIndex, model), unknown: performed }
      if (call) calls.push(call)
    }
    return { key, calls, unknown: undefined }
  })
}

/** What is known of the calls when the entry `last` has been written. */
export function until(calls: readonly Call[], last: number, model: Model): readonly Call[] {
  return calls.flatMap(call => {
    if (call.from > last) return []
    if (call.until <= last) return call
    const unanswered = unansweredOf(call, model)
    return unanswered ? { ...call, effect: unanswered, until: Number.POSITIVE_INFINITY } : []
  })
}

function callOf(performed: Performed, model: Model): Call | 'unknown' | undefined {
  const { f, input, answer, invokeIndex: from } = performed
  const outcome = answer?.outcome
  if (outcome?.kind === 'fail') return undefined
  const known = outcome?.kind === 'ok' ? { value: outcome.value } : undefined
  const effect = model.effectOf({ f, input, answer: known })
  if (!effect) return 'unknown'
  if (!known && !effect.changes) return undefined
  const end = known && answer ? answer.index : Number.POSITIVE_INFINITY
  return { performed, effect, from, until: end }
}

/** What it does for all that is known before its answer; undefined: nothing. */
function unansweredOf({ performed, effect, until }: Call, model: Model): Effect | undefined {
  const { f, input } = performed
  const isAnswered = Number.isFinite(until)
  // Where no model could say what it did without its answer, its answer does.
  const open = isAnswered ? (model.effectOf({ f, input, answer: undefined }) ?? effect) : effect
  return open.changes ? open : undefined
}
