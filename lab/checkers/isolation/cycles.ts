import type { Dependencies } from './dependencies.ts'
import { at, type Cycle, components, type Edge, type Graph, graphOf, shortCycle } from './graph.ts'
import { isAtLeast, type Level } from './levels.ts'

/** A kind of cycle, and the weakest level that forbids it. */
interface Kind {
  readonly name: 'G0' | 'G1c' | 'G-nonadjacent' | 'G2-item' | 'realtime'
  readonly from: Level
  readonly edges: readonly Edge['kind'][]
}

/** From what the weakest level forbids to what only the strongest does, each with those before. */
const kinds: readonly Kind[] = [
  { name: 'G0', from: 'read-uncommitted', edges: ['ww'] },
  { name: 'G1c', from: 'read-committed', edges: ['ww', 'wr'] },
  { name: 'G-nonadjacent', from: 'repeatable-read', edges: ['ww', 'wr', 'rw'] },
  { name: 'G2-item', from: 'serializable', edges: ['ww', 'wr', 'rw'] },
  { name: 'realtime', from: 'strict-serializable', edges: ['ww', 'wr', 'rw', 'realtime'] },
]

/** What the graph shows of one kind. */
export interface Found extends Kind {
  /** Strongly connected parts. */
  readonly parts: number
  /** A short one. */
  readonly cycle: Cycle | undefined
}

/** Whether there is a cycle that the level forbids. */
export function hasCycle(dependencies: Dependencies, level: Level): boolean {
  const kind = kinds.findLast(({ from }) => isAtLeast(level, from))
  return kind !== undefined && !isAcyclic(graphFor(dependencies, kind).graph)
}

/** The cycles of every kind, those of real time where the dependencies have it. */
export function cyclesOf(dependencies: Dependencies): readonly Found[] {
  return kinds.map(kind => {
    const { graph, edges } = graphFor(dependencies, kind)
    const parts = components(graph)
    const arrows = shortCycle(graph, parts)
    const cycle = arrows?.flatMap(arrow => edges[arrow] ?? [])
    return {
      ...kind,
      parts: parts.length,
      cycle: cycle && joined(cycle, dependencies.transactions),
    }
  })
}

/** Arrow n of the graph is edge n. */
function graphFor(dependencies: Dependencies, { name, edges: allowed }: Kind) {
  const edges = dependencies.edges.filter(({ kind }) => allowed.includes(kind))
  if (name === 'G-nonadjacent') return { edges, graph: splitGraph(dependencies, edges) }
  const pairs: number[] = []
  for (const { from, to } of edges) pairs.push(from, to)
  return { edges, graph: graphOf(dependencies.nodes, pairs) }
}

export function startOf(transaction: number): number {
  return 2 * transaction
}

export function commitOf(transaction: number): number {
  return 2 * transaction + 1
}

/**
 * Snapshot isolation: a transaction starts (reads its snapshot) and commits. Who writes after or
 * reads from another starts after it has committed; whose version is replaced started before the
 * other committed. So a cycle of starts and commits is one without two adjacent rw. Arrow n is that
 * of edge n; those from start to commit and those of `more` come after them.
 */
export function splitGraph(
  { transactions, nodes }: Dependencies,
  edges: readonly Edge[],
  more: readonly number[] = [],
): Graph {
  const pairs: number[] = []
  for (const { from, to, kind } of edges) {
    const isRw = kind === 'rw'
    pairs.push(
      from >= transactions ? from + transactions : isRw ? startOf(from) : commitOf(from),
      to >= transactions ? to + transactions : isRw ? commitOf(to) : startOf(to),
    )
  }
  for (let each = 0; each < transactions; each++) pairs.push(startOf(each), commitOf(each))
  for (const node of more) pairs.push(node)
  return graphOf(nodes + transactions, pairs)
}

/** Two edges through a moment are one between transactions. */
function joined(cycle: Cycle, transactions: number): Cycle {
  const first = cycle.findIndex(({ from }) => from < transactions)
  const edges: Edge[] = []
  for (const edge of [...cycle.slice(first), ...cycle.slice(0, first)]) {
    const last = edges.at(-1)
    if (last && edge.from >= transactions) edges[edges.length - 1] = { ...last, to: edge.to }
    else edges.push(edge)
  }
  return edges
}

/** The name of a cycle in the literature follows from its kinds of edges. */
export function nameOf(cycle: Cycle): string {
  const rw = cycle.filter(({ kind }) => kind === 'rw').length
  const isRealtime = cycle.some(({ kind }) => kind === 'realtime')
  const name = plainName(cycle, rw)
  return isRealtime ? `${name}-realtime` : name
}

function plainName(cycle: Cycle, rw: number): string {
  if (rw === 0) return cycle.some(({ kind }) => kind === 'wr') ? 'G1c' : 'G0'
  const keys = new Set(cycle.map(({ key }) => key))
  if (rw === 1) {
    const isUpdate =
      keys.size === 1 && cycle.length === 2 && cycle.some(({ kind }) => kind === 'ww')
    return isUpdate ? 'G-single (lost update)' : 'G-single (read skew)'
  }
  const isAdjacent = cycle.some(
    ({ kind }, i) => kind === 'rw' && cycle[(i + 1) % cycle.length]?.kind === 'rw',
  )
  if (!isAdjacent) return 'G-nonadjacent (long fork)'
  return rw === cycle.length && rw === 2 ? 'G2-item (write skew)' : 'G2-item'
}

/** Whether no component is left: the constraints can be met. */
export function isAcyclic(graph: Graph): boolean {
  return components(graph).length === 0
}

/** An order of starts and commits in which a transaction starts as late as it can. */
export function lateStarts(graph: Graph): Int32Array {
  const before = graphOf(graph.nodes, backwards(graph))
  const rank = new Int32Array(graph.nodes).fill(-1)
  const next = before.first.slice()
  const isOpen = new Uint8Array(graph.nodes)
  let count = 0
  for (let root = 1; root < graph.nodes; root += 2) {
    const path = at(rank, root) < 0 ? [root] : []
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      isOpen[node] = 1
      const place = at(next, node)
      if (place < at(before.first, node + 1)) {
        next[node] = place + 1
        const target = at(before.to, place)
        if (at(rank, target) < 0 && !isOpen[target]) path.push(target)
        continue
      }
      rank[node] = count++
      path.pop()
    }
  }
  return rank
}

/** What must come before each node, its own start last. */
function backwards(graph: Graph): readonly number[] {
  const pairs: number[] = []
  const starts: number[] = []
  for (let from = 0; from < graph.nodes; from++) {
    for (let place = at(graph.first, from); place < at(graph.first, from + 1); place++) {
      const to = at(graph.to, place)
      const isOwnStart = to === from + 1 && from % 2 === 0
      ;(isOwnStart ? starts : pairs).push(to, from)
    }
  }
  return [...pairs, ...starts]
}
