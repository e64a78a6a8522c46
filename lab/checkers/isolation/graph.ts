/** Why `from` comes before `to`. Of `rw`, `from` read the version that `to` replaced. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: 'ww' | 'wr' | 'rw' | 'realtime'
  /** The list it is about; empty for real time. */
  readonly key: string
}

export type Cycle = readonly Edge[]

/** Leaving edges of each node, as positions in two arrays. */
export interface Graph {
  readonly nodes: number
  readonly first: Int32Array
  readonly to: Int32Array
  /** Which of the arrows given each one is. */
  readonly arrow: Int32Array
}

/** Arrows as pairs, flat: from, to, from, to. */
export function graphOf(nodes: number, pairs: readonly number[]): Graph {
  const first = new Int32Array(nodes + 1)
  for (let i = 0; i < pairs.length; i += 2) {
    const next = at(pairs, i) + 1
    first[next] = at(first, next) + 1
  }
  for (let node = 0; node < nodes; node++) first[node + 1] = at(first, node + 1) + at(first, node)
  const free = first.slice()
  const to = new Int32Array(pairs.length / 2)
  const arrow = new Int32Array(pairs.length / 2)
  for (let i = 0; i < pairs.length; i += 2) {
    const from = at(pairs, i)
    const place = at(free, from)
    free[from] = place + 1
    to[place] = at(pairs, i + 1)
    arrow[place] = i / 2
  }
  return { nodes, first, to, arrow }
}

/** Tarjan's strongly connected components of two nodes or more, without recursion. */
export function components(graph: Graph): readonly (readonly number[])[] {
  const { nodes, first, to } = graph
  const order = new Int32Array(nodes).fill(-1)
  const low = new Int32Array(nodes)
  const next = first.slice()
  const isOpen = new Uint8Array(nodes)
  const open: number[] = []
  const parts: number[][] = []
  let count = 0
  for (let root = 0; root < nodes; root++) {
    const path = at(order, root) < 0 ? [root] : []
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (at(order, node) < 0) {
        order[node] = low[node] = count++
        isOpen[node] = 1
        open.push(node)
      }
      const place = at(next, node)
      if (place < at(first, node + 1)) {
        next[node] = place + 1
        const target = at(to, place)
        if (at(order, target) < 0) path.push(target)
        else if (isOpen[target]) low[node] = Math.min(at(low, node), at(order, target))
        continue
      }
      path.pop()
      const above = path.at(-1)
      if (above !== undefined) low[above] = Math.min(at(low, above), at(low, node))
      if (low[node] !== order[node]) continue
      const part = open.splice(open.lastIndexOf(node))
      for (const each of part) isOpen[each] = 0
      if (part.length > 1) parts.push(part)
    }
  }
  return parts
}

/** Edges that are looked at in search of a shorter cycle, before the best so far is good enough. */
const effort = 2_000_000

/** No transaction depends on itself. */
const shortest = 2

/**
 * A short cycle through the smallest component, as arrows; the shortest where looking for it from
 * each node is not too much. Undefined: there is none.
 */
export function shortCycle(
  graph: Graph,
  parts: readonly (readonly number[])[],
): readonly number[] | undefined {
  const [part] = parts.toSorted((a, b) => a.length - b.length)
  if (!part) return undefined
  const inside = new Uint8Array(graph.nodes)
  for (const node of part) inside[node] = 1
  const search = { graph, inside, cameBy: new Int32Array(graph.nodes), spent: 0 }
  let best: readonly number[] | undefined
  for (const node of part) {
    const found = cycleFrom(search, node, best?.length ?? Number.POSITIVE_INFINITY)
    if (found) best = found
    if (best && (best.length === shortest || search.spent > effort)) break
  }
  return best
}

interface Search {
  readonly graph: Graph
  readonly inside: Uint8Array
  /** Place of the arrow by which a node was reached, and one more; 0: not reached. */
  readonly cameBy: Int32Array
  spent: number
}

/** Breadth first, so the first way back is a shortest one. */
function cycleFrom(search: Search, start: number, within: number): readonly number[] | undefined {
  const { graph, inside, cameBy } = search
  const from = new Map<number, number>()
  let frontier = [start]
  for (let length = 1; frontier.length > 0 && length < within; length++) {
    const reached: number[] = []
    for (const node of frontier) {
      for (let place = at(graph.first, node); place < at(graph.first, node + 1); place++) {
        search.spent++
        const target = at(graph.to, place)
        if (!inside[target] || cameBy[target]) continue
        cameBy[target] = place + 1
        from.set(target, node)
        if (target === start) return forgetting(search, from, wayBack(search, from, start))
        reached.push(target)
      }
    }
    frontier = reached
  }
  return forgetting(search, from, undefined)
}

/** For the next start: what was reached is little, where the graph is all the history. */
function forgetting<Found>(
  { cameBy }: Search,
  reached: ReadonlyMap<number, number>,
  found: Found,
): Found {
  for (const node of reached.keys()) cameBy[node] = 0
  return found
}

function wayBack({ graph, cameBy }: Search, from: ReadonlyMap<number, number>, start: number) {
  const arrows: number[] = []
  let node = start
  do {
    arrows.unshift(at(graph.arrow, at(cameBy, node) - 1))
    node = from.get(node) ?? start
  } while (node !== start)
  return arrows
}

/** An element that is known to be there. */
export function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0
}
