import type { Edge } from './cycles.ts'
import type { Performed } from './history.ts'

export type Item =
  | readonly ['append', string, number]
  | readonly ['read', string, readonly number[] | null]

export interface Transaction {
  readonly performed: Performed
  readonly items: readonly Item[]
  /** False: it was refused. Undefined: nobody knows. */
  readonly committed: boolean | undefined
}

/** What no level allows, found without looking for cycles. */
export interface Flaw {
  readonly name: string
  readonly what: string
  readonly transactions: readonly number[]
}

interface Read {
  readonly by: number
  readonly key: string
  readonly list: readonly number[]
  /** Numbers the transaction itself had appended to the key before. */
  readonly own: readonly number[]
}

/** Who depends on whom, as far as the reads tell, and what is wrong already. */
export function dependencies(transactions: readonly Transaction[], realtime: boolean) {
  const writers = writersOf(transactions)
  const reads = transactions.flatMap(readsOf)
  const flaws: Flaw[] = []
  const edges: Edge[] = realtime ? realtimeEdges(transactions) : []
  for (const [key, ofKey] of Map.groupBy(reads, read => read.key)) {
    const written = writers.get(key) ?? new Map<number, number>()
    const longest = ofKey.reduce((a, b) => (b.list.length > a.list.length ? b : a))
    flaws.push(...ofKey.flatMap(read => flawsOf(read, longest, written, transactions)))
    edges.push(...orderEdges(key, longest.list, written))
    edges.push(...ofKey.flatMap(read => readEdges(read, longest.list, written, transactions)))
  }
  const real = edges.filter(edge => edge.from !== edge.to)
  return { edges: real.filter(edge => isReal(edge, transactions)), flaws }
}

/** Only a transaction that was seen or confirmed has a place in the order. */
function isReal({ from, to }: Edge, transactions: readonly Transaction[]): boolean {
  return transactions[from]?.committed !== false && transactions[to]?.committed !== false
}

/** By key and number: the transaction that appends it. Numbers are unique per key. */
function writersOf(transactions: readonly Transaction[]) {
  const writers = new Map<string, Map<number, number>>()
  transactions.forEach(({ items }, by) => {
    for (const [f, key, number] of items) {
      if (f !== 'append') continue
      const ofKey = writers.get(key) ?? new Map<number, number>()
      writers.set(key, ofKey.set(number, by))
    }
  })
  return writers
}

function readsOf({ items, committed }: Transaction, by: number): readonly Read[] {
  if (committed !== true) return []
  const own = new Map<string, number[]>()
  return items.flatMap(([f, key, value]): readonly Read[] => {
    const mine = own.get(key) ?? []
    if (f === 'append') own.set(key, [...mine, value])
    return f === 'read' ? [{ by, key, list: value ?? [], own: mine }] : []
  })
}

function flawsOf(
  read: Read,
  longest: Read,
  written: ReadonlyMap<number, number>,
  transactions: readonly Transaction[],
): readonly Flaw[] {
  const { by, key, list, own } = read
  const said = `T${by} read ${JSON.stringify(list)} of ${key}`
  const flaw = (name: string, why: string, others: readonly number[] = []): readonly Flaw[] => [
    { name, what: `${said}, ${why}`, transactions: [by, ...others] },
  ]
  if (new Set(list).size < list.length) return flaw('doubled append', 'with a number twice')
  const unwritten = list.find(number => !written.has(number))
  if (unwritten !== undefined) return flaw('phantom', `but nobody appended ${unwritten}`)
  const aborted = list
    .map(number => written.get(number) ?? -1)
    .find(writer => transactions[writer]?.committed === false)
  if (aborted !== undefined) return flaw('G1a', `of T${aborted}, which was refused`, [aborted])
  if (!list.every((number, i) => longest.list[i] === number)) {
    return flaw('contradiction', `which is no beginning of ${JSON.stringify(longest.list)}`, [
      longest.by,
    ])
  }
  if (!own.every((number, i) => list[list.length - own.length + i] === number)) {
    return flaw('internal', `but had appended ${JSON.stringify(own)} itself`)
  }
  return intermediate(read, written, transactions, flaw)
}

/** G1b: another transaction's appends to a key are seen all or none. */
function intermediate(
  { by, key, list, own }: Read,
  written: ReadonlyMap<number, number>,
  transactions: readonly Transaction[],
  flaw: (name: string, why: string, others: readonly number[]) => readonly Flaw[],
): readonly Flaw[] {
  const last = list[list.length - own.length - 1]
  const writer = last === undefined ? undefined : written.get(last)
  if (writer === undefined || writer === by) return []
  const appended = transactions[writer]?.items.filter(([f, on]) => f === 'append' && on === key)
  const final = appended?.at(-1)?.[2]
  return final === last ? [] : flaw('G1b', `half of what T${writer} appended`, [writer])
}

/** ww: each version was made on top of the one before. */
function orderEdges(
  key: string,
  order: readonly number[],
  written: ReadonlyMap<number, number>,
): readonly Edge[] {
  return order.flatMap((number, i): readonly Edge[] => {
    const from = written.get(order[i - 1] ?? Number.NaN)
    const to = written.get(number)
    return from === undefined || to === undefined ? [] : [{ from, to, kind: 'ww', key }]
  })
}

/**
 * wr: a reader follows who made what it saw. rw: it comes before who made the next version, and
 * before every append that no read ever saw, for those come after all that were seen.
 */
function readEdges(
  { by, key, list }: Read,
  order: readonly number[],
  written: ReadonlyMap<number, number>,
  transactions: readonly Transaction[],
): readonly Edge[] {
  const seen = written.get(list.at(-1) ?? Number.NaN)
  const next = written.get(order[list.length] ?? Number.NaN)
  const unseen = [...written]
    .filter(([number, writer]) => transactions[writer]?.committed && !order.includes(number))
    .map(([, writer]) => writer)
  const before = next === undefined ? unseen : [next]
  return [
    ...(seen === undefined ? [] : [{ from: seen, to: by, kind: 'wr', key } as const]),
    ...before.map(to => ({ from: by, to, kind: 'rw', key }) as const),
  ]
}

/** One was answered before the other was asked; only the latest answered are needed for all. */
function realtimeEdges(transactions: readonly Transaction[]): Edge[] {
  const events = transactions
    .flatMap(({ performed, committed }, index) => [
      { at: performed.invokeIndex, index, ends: false },
      ...(committed && performed.answer ? [{ at: performed.answer.index, index, ends: true }] : []),
    ])
    .toSorted((a, b) => a.at - b.at)
  const edges: Edge[] = []
  const before = new Map<number, readonly number[]>()
  let latest: readonly number[] = []
  for (const { index, ends } of events) {
    if (ends) {
      const covered = before.get(index) ?? []
      latest = [...latest.filter(each => !covered.includes(each)), index]
    } else {
      before.set(index, latest)
      for (const from of latest) edges.push({ from, to: index, kind: 'realtime', key: '' })
    }
  }
  return edges
}
