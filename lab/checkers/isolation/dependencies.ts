import type { Edge } from './graph.ts'
import type { Transaction } from './transactions.ts'
import { isBeginning, type Versions } from './versions.ts'

/**
 * Who comes before whom, as far as the reads tell. Besides the transactions there are nodes that
 * stand for a moment: edges from many to many go through one, so that their number stays linear.
 */
export interface Dependencies {
  /** Transactions are the first nodes. */
  readonly transactions: number
  readonly nodes: number
  readonly edges: readonly Edge[]
  /** For each list, who appended to it in an order that nothing tells. */
  readonly unordered: readonly (readonly number[])[]
}

interface Draft {
  nodes: number
  readonly edges: Edge[]
}

export function dependenciesOf(
  transactions: readonly Transaction[],
  versions: readonly Versions[],
  options: { readonly dirty: boolean; readonly realtime: boolean },
): Dependencies {
  const draft: Draft = { nodes: transactions.length, edges: [] }
  const isPlaced = placedOf(transactions, versions, options.dirty)
  const unordered: (readonly number[])[] = []
  for (const each of versions) {
    const seen = new Set(each.longest.list)
    const unseen = [...each.writers].filter(([number, by]) => isPlaced[by] && !seen.has(number))
    const writers = [...new Set(unseen.map(([, by]) => by))]
    orderEdges(draft, each, writers)
    readEdges(draft, each, writers)
    const last = each.writers.get(each.longest.list.at(-1) ?? Number.NaN)
    const open = writers.filter(writer => writer !== last)
    if (open.length > 1) unordered.push(open)
  }
  if (options.realtime) realtimeEdges(draft, transactions, isPlaced)
  const edges = draft.edges.filter(
    ({ from, to }) => isPlaced[from] !== 0 && isPlaced[to] !== 0 && from !== to,
  )
  return { transactions: transactions.length, nodes: draft.nodes, edges, unordered }
}

/** Who has a place in the order: who was confirmed or, since nothing else may be read, was seen. */
function placedOf(
  transactions: readonly Transaction[],
  versions: readonly Versions[],
  dirty: boolean,
): Uint8Array {
  const isPlaced = Uint8Array.from(transactions, ({ end }) => Number(end === 'committed'))
  if (dirty) return isPlaced
  for (const { reads, writers, longest } of versions) {
    const others = reads.filter(({ list }) => !isBeginning(list, longest.list))
    for (const { list } of [longest, ...others]) {
      for (const number of list) {
        const writer = writers.get(number) ?? -1
        if (transactions[writer]?.end === 'unknown') isPlaced[writer] = 1
      }
    }
  }
  return isPlaced
}

/** ww: each version was made on top of the one before, and what nobody saw on top of all seen. */
function orderEdges(draft: Draft, { key, longest, writers }: Versions, unseen: readonly number[]) {
  let before: number | undefined
  for (const number of longest.list) {
    const writer = writers.get(number)
    if (before !== undefined && writer !== undefined) {
      draft.edges.push({ from: before, to: writer, kind: 'ww', key })
    }
    before = writer
  }
  if (before === undefined) return
  for (const writer of unseen) draft.edges.push({ from: before, to: writer, kind: 'ww', key })
}

/**
 * wr: a reader follows who made what it saw. rw: it comes before who made the next version, and
 * before every append that no read ever saw, for those come after all that were seen.
 */
function readEdges(draft: Draft, versions: Versions, unseen: readonly number[]) {
  const { key, longest, writers, reads } = versions
  const lastReaders = new Set<number>()
  for (const { by, list, own } of reads) {
    const seen = writers.get(list[list.length - own.length - 1] ?? Number.NaN)
    if (seen !== undefined) draft.edges.push({ from: seen, to: by, kind: 'wr', key })
    const next = writers.get(longest.list[list.length] ?? Number.NaN)
    if (next !== undefined) draft.edges.push({ from: by, to: next, kind: 'rw', key })
    else if (list.length === longest.list.length) lastReaders.add(by)
  }
  if (unseen.length > 0) unseenEdges(draft, key, lastReaders, unseen)
}

/** Who both read the last version seen and appended must not be said to come before itself. */
function unseenEdges(
  draft: Draft,
  key: string,
  readers: ReadonlySet<number>,
  unseen: readonly number[],
) {
  const gate = draft.nodes++
  for (const to of unseen) draft.edges.push({ from: gate, to, kind: 'rw', key })
  const [first, ...others] = unseen.filter(writer => readers.has(writer))
  for (const from of readers) {
    if (from !== first && !others.includes(from)) {
      draft.edges.push({ from, to: gate, kind: 'rw', key })
    }
  }
  if (first === undefined) return
  for (const to of unseen) draft.edges.push({ from: first, to, kind: 'rw', key })
  // Two of these exclude each other already.
  for (const from of others) draft.edges.push({ from, to: first, kind: 'rw', key })
}

/** Whoever was answered before another was asked comes before it, by way of the moments between. */
function realtimeEdges(
  draft: Draft,
  transactions: readonly Transaction[],
  isPlaced: Uint8Array,
): void {
  const events = transactions.flatMap(({ performed, end }, index) => [
    { at: performed.invokeIndex, index, ends: false },
    ...(end === 'committed' && performed.answer
      ? [{ at: performed.answer.index, index, ends: true }]
      : []),
  ])
  events.sort((a, b) => a.at - b.at)
  let moment: number | undefined
  for (const { index, ends } of events) {
    if (!ends) {
      if (moment !== undefined && isPlaced[index]) link(draft, moment, index)
      continue
    }
    const next = draft.nodes++
    if (moment !== undefined) link(draft, moment, next)
    link(draft, index, next)
    moment = next
  }
}

function link({ edges }: Draft, from: number, to: number): void {
  edges.push({ from, to, kind: 'realtime', key: '' })
}
