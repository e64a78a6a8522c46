import type { Json } from '../../base/json.ts'
import type { Performed } from '../shared/history.ts'

export type Item =
  | readonly ['append', string, number]
  | readonly ['read', string, readonly number[] | null]

export interface Transaction {
  readonly performed: Performed
  /** As answered where it committed, else as asked. */
  readonly items: readonly Item[]
  /** Unknown: no answer tells whether it took effect. */
  readonly end: 'committed' | 'aborted' | 'unknown'
}

/** What a transaction did; undefined where its input or its answer is none of a list-append. */
export function transactionOf(performed: Performed): Transaction | undefined {
  const { input, answer } = performed
  if (!isItems(input)) return undefined
  const outcome = answer?.outcome
  if (outcome?.kind === 'fail') return { performed, items: input, end: 'aborted' }
  if (outcome?.kind !== 'ok') return { performed, items: input, end: 'unknown' }
  const { value } = outcome
  if (!isItems(value) || !isAnswerTo(input, value)) return undefined
  return { performed, items: value, end: 'committed' }
}

/** The history as it was known when the entry `last` had been written. */
export function until(transactions: readonly Transaction[], last: number): readonly Transaction[] {
  return transactions.map(each =>
    (each.performed.answer?.index ?? 0) > last ? { ...each, end: 'unknown' } : each,
  )
}

function isAnswerTo(asked: readonly Item[], answered: readonly Item[]): boolean {
  return (
    asked.length === answered.length &&
    asked.every(([f, key, value], i) => {
      const [done, on, result] = answered[i] ?? []
      return f === done && key === on && (f === 'read' || value === result)
    })
  )
}

/** By hand and in place: the lists of a history are too long to be copied. */
function isItems(value: Json | undefined): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem)
}

function isItem(item: Json): item is Item {
  if (!Array.isArray(item) || item.length !== 3) return false
  const [f, key, value] = item
  if (typeof key !== 'string') return false
  if (f === 'append') return Number.isFinite(value)
  return f === 'read' && (value === null || (Array.isArray(value) && value.every(Number.isFinite)))
}
