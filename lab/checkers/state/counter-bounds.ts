import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { answering, firstThat, readable, told } from '../shared/falsify.ts'
import { withOneAltered } from '../shared/falsify-json.ts'
import {
  entriesOf,
  history,
  isOk,
  type Named,
  nameOf,
  type Performed,
  type Succeeded,
} from '../shared/history.ts'
import { endedBefore, faultWindow } from '../shared/strikes.ts'

export interface CounterOptions {
  /** The operation that adds; default `add`. */
  readonly add?: string
  /** The operation that reads; default `read`. */
  readonly read?: string
  /** How much an operation adds (less than 0: takes away); default its input, or 1. */
  readonly amount?: (add: Performed) => number
  /**
   * For operations that add to several counters, or to another than that of their key: how much, by
   * the counter. Asked of all that are no reads, instead of `add` and `amount`.
   */
  readonly amounts?: (operation: Performed) => Readonly<Record<string, number>>
  /** The counter in an answer; default the answer itself. */
  readonly value?: (answer: Json) => number
  /** What it was before all; default 0. */
  readonly start?: number
}

/**
 * A counter per key is what was added to it: each read lies between what must have been added (all
 * that was confirmed before it began) and what may have been (all that was attempted before it
 * ended, but for what was refused). Amounts taken away widen the bounds the other way. Unknown when
 * no read since the first fault was ok, or when nothing was added.
 */
export function counterBounds(workload: Named, options: CounterOptions = {}): Checker {
  return {
    name: `the counters of ${workload.name} are what was added`,
    check: journal => judge(journal, workload, options),
    lies: [
      lie('shows one read one less than was confirmed', -1, workload, options),
      lie('shows one read one more than was attempted', 1, workload, options),
    ],
  }
}

interface Bounded {
  readonly read: Succeeded
  readonly value: number
  readonly least: number
  readonly most: number
}

/** What one operation adds to one counter. */
interface Addition {
  readonly add: Performed
  readonly counter: string
  readonly by: number
}

function boundsIn(journal: Journal, workload: Named, options: CounterOptions) {
  const { read = 'read', value = Number } = options
  const all = history(journal, workload)
  const additions = all.flatMap(each => additionsOf(each, options))
  const byCounter = Map.groupBy(additions, ({ counter }) => counter)
  const reads = all
    .filter(({ f }) => f === read)
    .filter(isOk)
    .map((one): Bounded => {
      const bounds = boundsOf(one, byCounter.get(one.key ?? '') ?? [], options)
      return { read: one, value: value(one.answer.outcome.value), ...bounds }
    })
  return { reads, added: new Set(additions.map(({ add }) => add).filter(isOk)).size }
}

function additionsOf(add: Performed, options: CounterOptions): readonly Addition[] {
  const { add: adds = 'add', read = 'read', amount = amountOf, amounts } = options
  if (amounts) {
    if (add.f === read) return []
    return Object.entries(amounts(add)).map(([counter, by]) => ({ add, counter, by }))
  }
  return add.f === adds ? [{ add, counter: add.key ?? '', by: amount(add) }] : []
}

function boundsOf(read: Succeeded, adds: readonly Addition[], { start = 0 }: CounterOptions) {
  let [least, most] = [start, start]
  for (const { add, by } of adds) {
    const outcome = add.answer?.outcome
    if (outcome?.kind === 'fail' || add.invokedMs > read.answer.atMs) continue
    const surely = isOk(add) && add.answer.atMs < read.invokedMs
    if (surely || by < 0) least += by
    if (surely || by > 0) most += by
  }
  return { least, most }
}

const amountOf = ({ input }: Performed) => (typeof input === 'number' ? input : 1)

function judge(journal: Journal, workload: Named, options: CounterOptions): Finding {
  const { reads, added } = boundsIn(journal, workload, options)
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const since = reads.filter(({ read }) => !endedBefore(read, fromMs)).length
  const violations = reads.flatMap(({ read, value, least, most }): readonly Violation[] => {
    if (value >= least && value <= most) return []
    const what = `${nameOf(read)} saw ${value}, and ${least} to ${most} was added`
    const kind = value < least ? 'tooLittle' : 'tooMuch'
    return [{ kind, what, entries: entriesOf(read), atMs: read.answer.atMs }]
  })
  return conclude({
    journal,
    violations,
    figures: { reads: reads.length, sinceFault: since, added },
    unseen: [
      ...tooFew('Reads that succeeded since the fault', since, 1),
      ...tooFew('Confirmed additions', added, 1),
      ...gapsIn(journal),
    ],
    story: `All ${reads.length} reads saw what was added by then (${added} confirmed additions).`,
  })
}

function lie(name: string, side: 1 | -1, workload: Named, options: CounterOptions): Lie {
  return {
    name,
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(random, boundsIn(journal, workload, options).reads, one => {
        const { read, value, least, most } = one
        const wrong = (side > 0 ? most : least) + side
        const ways = withOneAltered(read.answer.outcome.value, wrong - value)
        return firstThat(random, ways, way => {
          const now = readable(() => (options.value ?? Number)(way())) ?? value
          const is = now < least || now > most
          return is ? told(answering(journal, read, way()), entriesOf(read)) : undefined
        })
      }),
  }
}
