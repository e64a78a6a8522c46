import type { Journal } from '../journal/journal.ts'
import type { Checker, Finding } from '../model/checker.ts'
import { type Examined, examine, isBroken } from './isolation/anomaly.ts'
import type { Level } from './isolation/levels.ts'
import { liesOf } from './isolation/lies.ts'
import { type Transaction, transactionOf, until } from './isolation/transactions.ts'
import { ambiguous } from './isolation/versions.ts'
import { gapsIn } from './shared/conclude.ts'
import { shortestFailing } from './shared/failing-prefix.ts'
import { type Answer, entriesOf, history, type Named } from './shared/history.ts'

export type { Level } from './isolation/levels.ts'

export interface IsolationOptions {
  /** What the database promises; `repeatable-read` means snapshot isolation, as in PostgreSQL. */
  readonly level: Level
}

/**
 * Transactions over lists: `[['append', key, unique number], ['read', key, null], …]`, answered by
 * the same with what was read. The order of each list's versions follows from its longest read, the
 * dependencies from those, and a cycle of them is an anomaly: G0 (dirty write), G1c (circular
 * information), G-single (read skew, lost update), G-nonadjacent (long fork), G2-item (write skew);
 * real time counts for `strict-serializable` alone. So are reads of what was refused (G1a) or half
 * done (G1b), without what the transaction itself appended (internal), and lists that were doubled,
 * made up or contradict each other. An `info` transaction that was seen has committed; only under
 * `read-uncommitted` may it be undone later.
 *
 * Unknown when no read saw an append, when an operation is no list-append or answers another one,
 * when a number was appended twice, or when appends nobody saw were too many to order. The witness
 * is dated at the end of the shortest beginning of the history that fails.
 */
export function isolation(workload: Named, options: IsolationOptions): Checker {
  return {
    name: `${workload.name} is ${options.level}`,
    check: journal => judge(journal, workload, options.level),
    lies: liesOf(workload, options.level),
  }
}

function judge(journal: Journal, workload: Named, level: Level): Finding {
  const performed = history(journal, workload)
  const transactions = performed.flatMap(each => transactionOf(each) ?? [])
  const strange = performed.length - transactions.length
  const examined = examine(transactions, level)
  const figures = { ...figuresOf(transactions, examined), strange }
  const why = blindSpot(transactions, strange)
  if (why) return { word: 'unknown', story: `Nothing can be said: ${why}.`, figures }
  if (examined.anomaly) return guilty(transactions, level, figures)
  const [gap] = gapsIn(journal)
  if (gap) return { word: 'unknown', story: `Nothing was shown. ${gap}.`, figures }
  if (examined.isOpen) {
    const story = 'Nothing was shown: the appends that nobody saw were too many to be put in order.'
    return { word: 'unknown', story, figures }
  }
  if (!examined.dependencies.edges.some(edge => edge.kind === 'wr')) {
    const story = 'No transaction read what another had appended: nothing was examined.'
    return { word: 'unknown', story, figures }
  }
  const story =
    `${figures.committed} transactions with ${figures.dependencies} dependencies show no anomaly ` +
    `that ${level} forbids.`
  return { word: 'valid', story, figures }
}

/** What would make a read look wrong, or right, that is not. */
function blindSpot(transactions: readonly Transaction[], strange: number): string | undefined {
  if (strange > 0) return `${strange} operations or answers are none of list-append transactions`
  return ambiguous(transactions)
}

type Figures = Readonly<Record<string, number>>

function figuresOf(transactions: readonly Transaction[], { dependencies, ...found }: Examined) {
  const parts = found.cycles.map(({ name, parts }) => [name, parts] as const)
  return {
    transactions: transactions.length,
    committed: transactions.filter(({ end }) => end === 'committed').length,
    dependencies: dependencies.edges.filter(({ kind }) => kind !== 'realtime').length,
    flaws: found.flaws,
    ...Object.fromEntries(parts),
  }
}

function guilty(transactions: readonly Transaction[], level: Level, figures: Figures): Finding {
  const moments = transactions.flatMap(({ performed }) => performed.answer ?? [])
  moments.sort((a, b) => a.index - b.index)
  const end = moments[firstFailing(transactions, level, moments) - 1]
  const known = until(transactions, end?.index ?? 0)
  const { name = '', what = '', transactions: involved = [] } = examine(known, level).anomaly ?? {}
  const entries = involved.flatMap(each => {
    const transaction = known[each]
    return transaction ? entriesOf(transaction.performed) : []
  })
  const all = [...new Set([...entries, ...(end ? [end.index] : [])])].toSorted((a, b) => a - b)
  const witness = { what: `${name}: ${what}`, entries: all, atMs: end?.atMs ?? 0 }
  return { word: 'invalid', story: `${name}: ${what}.`, figures, witness }
}

/** After how many answers the history fails. */
function firstFailing(
  transactions: readonly Transaction[],
  level: Level,
  answers: readonly Answer[],
): number {
  const knownAt = (count: number) => until(transactions, answers[count - 1]?.index ?? 0)
  const found = shortestFailing(answers.length, count => {
    const last = answers[count - 1]?.index ?? 0
    // Usually nobody reads what is asked for later, and the beginning is quick to judge.
    const begun = transactions.filter(({ performed }) => performed.invokeIndex <= last)
    return isBroken(until(begun, last), level)
  })
  if (isBroken(knownAt(found), level)) return found
  return shortestFailing(answers.length, count => isBroken(knownAt(count), level))
}
