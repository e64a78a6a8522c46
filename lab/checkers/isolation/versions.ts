import type { Item, Transaction } from './transactions.ts'

export interface Read {
  readonly by: number
  readonly list: readonly number[]
  /** Numbers the transaction itself had appended to the key before. */
  readonly own: readonly number[]
  /** What it appends to the key after the read. */
  readonly later: readonly number[]
}

/** What is known of one list. */
export interface Versions {
  readonly key: string
  /** By number: the transaction that appended it. */
  readonly writers: ReadonlyMap<number, number>
  /** Of committed transactions. */
  readonly reads: readonly Read[]
  /** The order of versions, as far as it was seen: each read is a beginning of it. */
  readonly longest: Read
}

interface Draft {
  readonly writers: Map<number, number>
  readonly reads: Read[]
}

/**
 * The lists, by what was appended and read. With `dirty` a read shows nothing of who is not known
 * to have committed, for such a read may be of what was undone later.
 */
export function versionsOf(
  transactions: readonly Transaction[],
  dirty: boolean,
): readonly Versions[] {
  const drafts = new Map<string, Draft>()
  const draftOf = (key: string): Draft => {
    const draft = drafts.get(key) ?? { writers: new Map(), reads: [] }
    drafts.set(key, draft)
    return draft
  }
  transactions.forEach(({ items, end }, by) => {
    const own = ownOf(items)
    for (const [f, key, value] of items) {
      const { writers, reads } = draftOf(key)
      const mine = own.get(key)
      if (f === 'append') {
        mine?.done.push(mine.due.shift() ?? value)
        const other = transactions[writers.get(value) ?? -1]
        if (other === undefined || other.end === 'aborted') writers.set(value, by)
      } else if (end === 'committed') {
        const { done = [], due = [] } = mine ?? {}
        reads.push({ by, list: value ?? [], own: [...done], later: [...due] })
      }
    }
  })
  return [...drafts].map(([key, { writers, reads }]) => {
    const seen = dirty ? withoutDirty(reads, writers, transactions) : reads
    return { key, writers, reads: seen, longest: longestOf(seen) }
  })
}

/** For each list that a transaction appends to: what it has not yet appended, and what it has. */
function ownOf(items: readonly Item[]) {
  const own = new Map<string, { readonly done: number[]; readonly due: number[] }>()
  for (const [f, key, value] of items) {
    if (f !== 'append') continue
    const { due } = own.get(key) ?? { due: [] }
    own.set(key, { done: [], due: [...due, value] })
  }
  return own
}

const nothing: Read = { by: -1, list: [], own: [], later: [] }

function withoutDirty(
  reads: readonly Read[],
  writers: ReadonlyMap<number, number>,
  transactions: readonly Transaction[],
): readonly Read[] {
  const uncertain = [...writers].filter(([, by]) => transactions[by]?.end !== 'committed')
  const dirty = new Set(uncertain.map(([number]) => number))
  if (dirty.size === 0) return reads
  const kept = (list: readonly number[]) => list.filter(number => !dirty.has(number))
  const longest = longestOf(reads).list
  // Most reads are beginnings of one list: what is left of one is shared by all of its length.
  const beginnings = new Map<number, readonly number[]>()
  return reads.map(read => {
    const { list } = read
    if (!isBeginning(list, longest)) return { ...read, list: kept(list) }
    const shared = beginnings.get(list.length) ?? kept(list)
    beginnings.set(list.length, shared)
    return { ...read, list: shared }
  })
}

function longestOf(reads: readonly Read[]): Read {
  return reads.reduce((a, b) => (b.list.length > a.list.length ? b : a), nothing)
}

export function isBeginning(list: readonly number[], whole: readonly number[]): boolean {
  for (let i = 0; i < list.length; i++) if (list[i] !== whole[i]) return false
  return true
}

/** A number appended twice to a list by who may have committed: no read of it tells whose it is. */
export function ambiguous(transactions: readonly Transaction[]): string | undefined {
  const seen = new Map<string, Set<number>>()
  for (const { items, end } of transactions) {
    if (end === 'aborted') continue
    for (const [f, key, number] of items) {
      if (f !== 'append') continue
      const numbers = seen.get(key) ?? new Set()
      if (numbers.has(number)) return `${number} was appended twice to ${key}`
      seen.set(key, numbers.add(number))
    }
  }
  return undefined
}
