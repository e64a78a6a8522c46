import { commitOf, isAcyclic, lateStarts, splitGraph, startOf } from './cycles.ts'
import type { Dependencies } from './dependencies.ts'
import { at, type Graph } from './graph.ts'

type Pair = readonly [number, number]

/** Steps of search over the orders of appends that nobody saw; beyond it nothing is said. */
const effort = 1_000_000
/** The answer to more pairs than these is not worth the wait. */
const mostPairs = 400

export type Order = 'possible' | 'unknown' | { readonly overlapping: readonly number[] }

/**
 * Under snapshot isolation two transactions that append to one list never overlap. Where no read
 * tells which came first, some order must do: whether one does, and if none, who overlaps; unknown
 * where that was too much to find out.
 */
export function orderOf(dependencies: Dependencies): Order {
  const edges = dependencies.edges.filter(({ kind }) => kind !== 'realtime')
  const rank = lateStarts(splitGraph(dependencies, edges))
  const groups = dependencies.unordered.map(group =>
    group.toSorted((a, b) => at(rank, commitOf(a)) - at(rank, commitOf(b))),
  )
  const likely = groups.flatMap(group => arrowsAlong(group))
  if (isAcyclic(splitGraph(dependencies, edges, likely))) return 'possible'
  const pairs = groups.flatMap(pairsOf)
  if (pairs.length > mostPairs) return 'unknown'
  const search = { graph: splitGraph(dependencies, edges), added: [], spent: 0 }
  const found = isPossible(search, pairs, 0)
  if (found === undefined) return 'unknown'
  if (found) return 'possible'
  const excluded = (one: number, other: number) => leadsTo(search, startOf(other), commitOf(one))
  const overlap = pairs.find(([one, other]) => excluded(one, other) && excluded(other, one))
  return { overlapping: overlap ?? dependencies.unordered.flat() }
}

/** One commits before the next one starts. */
function arrowsAlong(group: readonly number[]): number[] {
  return group.slice(1).flatMap((each, i) => [commitOf(at(group, i)), startOf(each)])
}

function pairsOf(group: readonly number[]): Pair[] {
  return group.flatMap((one, i) => group.slice(i + 1).map((other): Pair => [one, other]))
}

interface Search {
  readonly graph: Graph
  /** Arrows tried, flat as pairs. */
  readonly added: number[]
  spent: number
}

function isPossible(search: Search, pairs: readonly Pair[], next: number): boolean | undefined {
  const [one, other] = pairs[next] ?? []
  if (one === undefined || other === undefined) return true
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    if (leadsTo(search, startOf(second), commitOf(first))) continue
    search.added.push(commitOf(first), startOf(second))
    const found = isPossible(search, pairs, next + 1)
    if (found !== false) return found
    search.added.length -= 2
  }
  return search.spent > effort ? undefined : false
}

/** Beyond its effort it says yes, and the caller asks how much was spent. */
function leadsTo(search: Search, start: number, goal: number): boolean {
  const { graph, added } = search
  const seen = new Set([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === goal || search.spent > effort) return true
    const reach = (target: number) => {
      search.spent++
      if (!seen.has(target)) open.push(target)
      seen.add(target)
    }
    for (let place = at(graph.first, node); place < at(graph.first, node + 1); place++) {
      reach(at(graph.to, place))
    }
    for (let i = 0; i < added.length; i += 2) if (added[i] === node) reach(at(added, i + 1))
  }
  return false
}
