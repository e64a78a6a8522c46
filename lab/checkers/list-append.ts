import { z } from 'zod'
import type { Journal } from '../journal/journal.ts'
import type { Checker, Finding } from '../model/checker.ts'
import { type Cycle, type Edge, shortestCycles } from './shared/cycles.ts'
import { entriesOf, history, type Named, type Performed } from './shared/history.ts'
import { dependencies, type Flaw, type Transaction } from './shared/list-append-graph.ts'

export type Level = 'read-committed' | 'repeatable-read' | 'serializable' | 'strict-serializable'

export interface IsolationOptions {
  /** What the database promises; `repeatable-read` means snapshot isolation, as in PostgreSQL. */
  readonly level: Level
}

const item = z.union([
  z.tuple([z.literal('append'), z.string(), z.number()]),
  z.tuple([z.literal('read'), z.string(), z.array(z.number()).nullable()]),
])
const items = z.array(item)

/** What each level forbids, by the names of Adya and of Elle. */
const forbidden: Readonly<Record<Level, readonly string[]>> = {
  'read-committed': ['G0', 'G1c'],
  'repeatable-read': ['G0', 'G1c', 'G-single'],
  serializable: ['G0', 'G1c', 'G-single', 'G2'],
  'strict-serializable': ['G0', 'G1c', 'G-single', 'G2'],
}

/**
 * Transactions over lists: `[['append', key, unique number], ['read', key, null], …]`, answered by
 * the same with what was read. The order of each list's versions follows from its longest read, the
 * dependencies from those, and a cycle of them is an anomaly: G0 (dirty write), G1c (circular
 * information), G-single (read skew, lost update), G2 (write skew). Reads of aborted or half-done
 * transactions (G1a, G1b), doubled and lost appends and versions that contradict each other are
 * forbidden at every level. Unknown when no read saw an append, or no two transactions touched.
 */
export function isolation(workload: Named, options: IsolationOptions): Checker {
  return {
    name: `${workload.name} is ${options.level}`,
    check: journal => judge(journal, workload, options.level),
  }
}

function judge(journal: Journal, workload: Named, level: Level): Finding {
  const transactions = history(journal, workload).flatMap(transactionOf)
  const { edges, flaws } = dependencies(transactions, level === 'strict-serializable')
  const cycles = shortestCycles(transactions.length, edges)
  const named = cycles.map(cycle => ({ name: nameOf(cycle), cycle }))
  const bad = named.filter(({ name }) => forbidden[level].includes(name))
  const count = (name: string) => named.filter(each => each.name === name).length
  const figures = {
    transactions: transactions.length,
    committed: transactions.filter(each => each.committed === true).length,
    dependencies: edges.filter(edge => edge.kind !== 'realtime').length,
    flaws: flaws.length,
    G0: count('G0'),
    G1c: count('G1c'),
    'G-single': count('G-single'),
    G2: count('G2'),
  }
  const [flaw] = flaws
  if (flaw) return flawed(flaw, transactions, figures)
  const [worst] = bad
  if (worst) return cyclic(worst.name, worst.cycle, transactions, figures)
  if (!edges.some(edge => edge.kind === 'wr')) {
    const story = 'No transaction read what another had appended: nothing was examined.'
    return { word: 'unknown', story, figures }
  }
  const story =
    `${figures.committed} transactions with ${figures.dependencies} dependencies show no anomaly ` +
    `that ${level} forbids.`
  return { word: 'valid', story, figures }
}

type Figures = Readonly<Record<string, number>>

function flawed(flaw: Flaw, transactions: readonly Transaction[], figures: Figures): Finding {
  const involved = flaw.transactions.flatMap(index => transactions[index] ?? [])
  const witness = {
    what: flaw.what,
    entries: involved.flatMap(each => entriesOf(each.performed)),
    atMs: lastMs(involved),
  }
  return { word: 'invalid', story: `${flaw.name}: ${flaw.what}`, figures, witness }
}

function cyclic(
  name: string,
  cycle: Cycle,
  transactions: readonly Transaction[],
  figures: Figures,
): Finding {
  const involved = cycle.flatMap(edge => transactions[edge.from] ?? [])
  const steps = cycle.map(edge => `T${edge.from} -${edge.kind}(${edge.key})-> T${edge.to}`)
  const what = `${name}: ${steps.join(', ')}`
  const entries = involved.flatMap(each => entriesOf(each.performed))
  const witness = { what, entries, atMs: lastMs(involved) }
  return {
    word: 'invalid',
    story: `A cycle of ${cycle.length} transactions, ${what}.`,
    figures,
    witness,
  }
}

/** The kind of an anomaly is that of its weakest edges. */
function nameOf(cycle: readonly Edge[]): string {
  const rw = cycle.filter(edge => edge.kind === 'rw').length
  if (rw > 1) return 'G2'
  if (rw === 1) return 'G-single'
  return cycle.some(edge => edge.kind === 'wr') ? 'G1c' : 'G0'
}

function transactionOf(performed: Performed): readonly Transaction[] {
  const asked = items.safeParse(performed.input)
  if (!asked.success) return []
  const outcome = performed.answer?.outcome
  if (outcome?.kind === 'ok') {
    const done = items.safeParse(outcome.value)
    return done.success ? [{ performed, items: done.data, committed: true }] : []
  }
  const committed = outcome?.kind === 'fail' ? false : undefined
  return [{ performed, items: asked.data, committed }]
}

function lastMs(involved: readonly Transaction[]): number {
  const times = involved.map(({ performed }) => performed.answer?.atMs ?? performed.invokedMs)
  return Math.max(0, ...times)
}
