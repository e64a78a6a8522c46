import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { entriesOf, faultWindow, history, type Named, type Performed } from '../shared/history.ts'

export interface ConservationOptions {
  /** The operation that reads; default `read`. */
  readonly read?: string
  /** The quantity in an answer that must be kept (`stock + reserved + sold`). */
  readonly quantity: (answer: Json) => number
  /** The quantity is exactly this, or within these bounds (both included). */
  readonly is: number | { readonly atLeast?: number; readonly atMost?: number }
}

/**
 * A quantity is conserved, or stays in its bounds, in every read: a sum that is off for one moment
 * is a torn or a lost update, even if it is right in the end. Unknown when no read since the first
 * fault was ok.
 */
export function conservation(workload: Named, options: ConservationOptions): Checker {
  return {
    name: `a quantity of ${workload.name} is conserved`,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: ConservationOptions): Finding {
  const from = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const reads = history(journal, workload)
    .filter(each => each.f === (options.read ?? 'read'))
    .flatMap(read => {
      const outcome = read.answer?.outcome
      return outcome?.kind === 'ok' ? [{ read, quantity: options.quantity(outcome.value) }] : []
    })
  const off = reads.filter(({ quantity }) => !isKept(quantity, options.is))
  const since = reads.filter(({ read }) => atMs(read) >= from).length
  const quantities = reads.map(({ quantity }) => quantity)
  const range = {
    least: quantities.reduce((a, b) => Math.min(a, b), quantities[0] ?? 0),
    most: quantities.reduce((a, b) => Math.max(a, b), quantities[0] ?? 0),
  }
  const figures = { reads: reads.length, sinceFault: since, off: off.length, ...range }
  const [first] = off
  if (first) {
    const what = `${first.read.f} ${first.read.key ?? first.read.op} saw ${first.quantity}`
    const story =
      `${off.length} of ${reads.length} reads saw a quantity that is off ` +
      `(${range.least} to ${range.most}).`
    const witness = { what, entries: entriesOf(first.read), atMs: atMs(first.read) }
    return { word: 'invalid', story, figures, witness }
  }
  if (since === 0) {
    return { word: 'unknown', story: 'No read since the fault succeeded.', figures }
  }
  const story = `All ${reads.length} reads saw the quantity kept (${range.least} to ${range.most}).`
  return { word: 'valid', story, figures }
}

/** A quantity that is no number is off. */
function isKept(quantity: number, is: ConservationOptions['is']): boolean {
  if (typeof is === 'number') return quantity === is
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = is
  return quantity >= atLeast && quantity <= atMost
}

const atMs = (read: Performed) => read.answer?.atMs ?? read.invokedMs
