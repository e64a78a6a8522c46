import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { answering, firstThat, readable, told } from '../shared/falsify.ts'
import { withOneAltered } from '../shared/falsify-json.ts'
import { entriesOf, history, isOk, type Named, nameOf, trafficOf } from '../shared/history.ts'
import { endedBefore, faultWindow } from '../shared/strikes.ts'

export interface ConservationOptions {
  /** The operation that reads; default `read`. */
  readonly read?: string
  /** The quantity in an answer that must be kept (`stock + reserved + sold`). */
  readonly quantity: (answer: Json) => number
  /** The quantity is exactly this, or within these bounds (both included). */
  readonly is: number | { readonly atLeast?: number; readonly atMost?: number }
  /** Workloads whose ok operations, but the reads, move something; default the one that reads. */
  readonly movedBy?: readonly Named[]
}

/**
 * A quantity is conserved, or stays in its bounds, in every read: a sum that is off for one moment
 * is a torn or a lost update, even if it is right in the end. Unknown when no read since the first
 * fault was ok, or when nothing was moved since then: no operation but the reads was ok, and all
 * reads gave the same answer. (A sum that a lost update keeps as well decides nothing: compare with
 * the confirmed operations, by `noLostWrites` or `counterBounds`.)
 */
export function conservation(workload: Named, options: ConservationOptions): Checker {
  return {
    name: `a quantity of ${workload.name} is conserved`,
    check: journal => judge(journal, workload, options),
    lies: [
      lie('shows one read a little too much', 1, workload, options),
      lie('shows one read a little too little', -1, workload, options),
    ],
  }
}

function judge(journal: Journal, workload: Named, options: ConservationOptions): Finding {
  const reads = readsOf(journal, workload, options)
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const since = reads.filter(({ read }) => !endedBefore(read, fromMs))
  const off = reads.filter(({ quantity }) => !isKept(quantity, options.is))
  const quantities = reads.map(({ quantity }) => quantity)
  const least = quantities.reduce((a, b) => Math.min(a, b), quantities[0] ?? 0)
  const most = quantities.reduce((a, b) => Math.max(a, b), quantities[0] ?? 0)
  const answers = new Set(since.map(({ read }) => JSON.stringify(read.answer.outcome.value)))
  const moved = movesOf(journal, workload, options, fromMs) + Math.max(0, answers.size - 1)
  return conclude({
    journal,
    violations: off.map(({ read, quantity }) => ({
      kind: 'off',
      what: `${nameOf(read)} saw ${quantity}`,
      entries: entriesOf(read),
      atMs: read.answer.atMs,
    })),
    figures: { reads: reads.length, sinceFault: since.length, moved, off: off.length, least, most },
    unseen: [
      ...tooFew('Reads that succeeded since the fault', since.length, 1),
      ...tooFew('Operations that moved anything since the fault', moved, 1),
      ...gapsIn(journal),
    ],
    story: `All ${reads.length} reads saw the quantity kept (${least} to ${most}).`,
  })
}

function readsOf(journal: Journal, workload: Named, options: ConservationOptions) {
  return history(journal, workload)
    .filter(each => each.f === (options.read ?? 'read'))
    .filter(isOk)
    .map(read => ({ read, quantity: options.quantity(read.answer.outcome.value) }))
}

function movesOf(
  journal: Journal,
  workload: Named,
  { read = 'read', movedBy = [workload] }: ConservationOptions,
  fromMs: number,
): number {
  return movedBy.flatMap(each =>
    trafficOf(journal, each).filter(
      one => isOk(one) && !endedBefore(one, fromMs) && one.f !== read,
    ),
  ).length
}

/** A quantity that is no number is off. */
function isKept(quantity: number, is: ConservationOptions['is']): boolean {
  if (typeof is === 'number') return quantity === is
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = is
  return quantity >= atLeast && quantity <= atMost
}

/** Moves a number of one answer just over the bound on this side. */
function lie(name: string, side: 1 | -1, workload: Named, options: ConservationOptions): Lie {
  const { is, quantity } = options
  const bound = typeof is === 'number' ? is : side > 0 ? is.atMost : is.atLeast
  const tell = (journal: Journal, random: Random): Told | undefined => {
    if (bound === undefined) return undefined
    return firstThat(random, readsOf(journal, workload, options), ({ read, quantity: before }) => {
      const ways = withOneAltered(read.answer.outcome.value, bound + side - before)
      return firstThat(random, ways, way =>
        isKept(readable(() => quantity(way())) ?? before, is)
          ? undefined
          : told(answering(journal, read, way()), entriesOf(read)),
      )
    })
  }
  return { name, found: 'invalid', tell }
}
