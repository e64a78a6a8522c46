import type { Level } from '../isolation/levels.ts'
import type { Item, Transaction } from '../isolation/transactions.ts'
import { permutations, subsets } from './orders.ts'

type Lists = ReadonlyMap<string, readonly number[]>

/**
 * The slow truth, for a handful of transactions: whether there is a choice of the uncertain ones
 * that committed, an order of commits and, for each, a snapshot such that every committed
 * transaction read what it read. Serializable: the snapshot is all that committed before. Snapshot
 * isolation: any earlier one, where nobody since appended to the same lists. Read committed: each
 * single read has its own, of whole transactions in an order per list that no cycle contradicts.
 */
export function canHappen(transactions: readonly Transaction[], level: Level): boolean {
  const certain = transactions.filter(({ end }) => end === 'committed')
  const uncertain = transactions.filter(({ end }) => end === 'unknown')
  for (const also of subsets(uncertain)) {
    const committed = [...certain, ...also]
    if (level === 'read-committed') {
      if (hasVersionOrder(committed)) return true
      continue
    }
    for (const order of permutations(committed)) {
      if (level === 'strict-serializable' && !respectsTime(order)) continue
      if (hasSnapshots(order, level)) return true
    }
  }
  return false
}

function hasSnapshots(order: readonly Transaction[], level: Level): boolean {
  const states: Lists[] = [new Map()]
  for (const transaction of order) states.push(after(states.at(-1) ?? new Map(), transaction))
  return order.every((transaction, commit) => {
    const oldest = level === 'repeatable-read' ? 0 : commit
    for (let snapshot = oldest; snapshot <= commit; snapshot++) {
      const between = order.slice(snapshot, commit)
      if (between.some(other => appendsToSame(other, transaction))) continue
      if (reads(transaction, states[snapshot] ?? new Map())) return true
    }
    return false
  })
}

function after(lists: Lists, { items }: Transaction): Lists {
  const next = new Map(lists)
  for (const [f, key, value] of items) {
    if (f === 'append') next.set(key, [...(next.get(key) ?? []), value])
  }
  return next
}

/** Whether it reads what it says, beginning with these lists; uncertain ones may have read anything. */
function reads({ items, end }: Transaction, lists: Lists): boolean {
  const own = new Map(lists)
  return items.every(([f, key, value]) => {
    const list = own.get(key) ?? []
    if (f === 'append') own.set(key, [...list, value])
    return f === 'append' || end !== 'committed' || isSame(value ?? [], list)
  })
}

function appendsToSame(one: Transaction, other: Transaction): boolean {
  const keys = new Set(appendsOf(one).map(([, key]) => key))
  return appendsOf(other).some(([, key]) => keys.has(key))
}

function appendsOf({
  items,
}: Transaction): readonly Extract<Item, readonly ['append', ...unknown[]]>[] {
  return items.filter(item => item[0] === 'append')
}

function respectsTime(order: readonly Transaction[]): boolean {
  return order.every(({ performed }, i) =>
    order.slice(i + 1).every(later => {
      const ended = later.end === 'committed' ? later.performed.answer?.index : undefined
      return (ended ?? Number.POSITIVE_INFINITY) > performed.invokeIndex
    }),
  )
}

/** Adya's definition of read committed, over every order of each list's versions. */
function hasVersionOrder(committed: readonly Transaction[]): boolean {
  const keys = [...new Set(committed.flatMap(({ items }) => items.map(([, key]) => key)))]
  const tryKey = (next: number, before: readonly (readonly [number, number])[]): boolean => {
    const key = keys[next]
    if (key === undefined) return isAcyclic(committed.length, before)
    const numbers = committed.flatMap(appendsOf).flatMap(([, on, n]) => (on === key ? [n] : []))
    for (const order of permutations(numbers)) {
      const edges = edgesOf(committed, key, order)
      if (edges && tryKey(next + 1, [...before, ...edges])) return true
    }
    return false
  }
  return tryKey(0, [])
}

/** Who follows whom by this order of a list; undefined where a read cannot be of it. */
function edgesOf(committed: readonly Transaction[], key: string, order: readonly number[]) {
  const numbersOf = (each: Transaction) =>
    appendsOf(each).flatMap(([, on, number]) => (on === key ? [number] : []))
  if (
    committed.some(
      each =>
        !isSame(
          order.filter(n => numbersOf(each).includes(n)),
          numbersOf(each),
        ),
    )
  ) {
    return undefined
  }
  const writers = order.map(number => committed.findIndex(each => numbersOf(each).includes(number)))
  const edges: [number, number][] = writers.slice(1).map((to, i) => [writers[i] ?? -1, to])
  for (const [by, { items, end }] of committed.entries()) {
    const own: number[] = []
    for (const [f, on, value] of end === 'committed' ? items : []) {
      if (on !== key) continue
      if (f === 'append') own.push(value)
      if (f === 'append') continue
      const list = value ?? []
      const foreign = list.length - own.length
      if (!isSame(list, order.slice(0, list.length)) || !isSame(own, list.slice(foreign))) return
      if (writers.slice(0, foreign).includes(by)) return
      const writer = writers[foreign - 1]
      if (writer === undefined) continue
      if (writers.slice(foreign).includes(writer)) return
      edges.push([writer, by])
    }
  }
  return edges
}

function isAcyclic(nodes: number, edges: readonly (readonly [number, number])[]): boolean {
  let left = edges.filter(([from, to]) => from !== to)
  for (let i = 0; i < nodes; i++) {
    const targets = new Set(left.map(([, to]) => to))
    left = left.filter(([from]) => targets.has(from))
  }
  return left.length === 0
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((number, i) => number === other[i])
}
