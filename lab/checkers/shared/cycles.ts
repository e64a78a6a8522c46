export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: 'ww' | 'wr' | 'rw' | 'realtime'
  readonly key: string
}

export type Cycle = readonly Edge[]

const strength = ['realtime', 'ww', 'wr', 'rw'] as const

/**
 * For each strongly connected part and each kind of edges (ever weaker: write order, then reads,
 * then one anti-dependency, then any) the shortest cycle that shows it. Empty: no cycle.
 */
export function shortestCycles(nodes: number, edges: readonly Edge[]): readonly Cycle[] {
  return components(nodes, edges).flatMap(part => {
    const inside = edges.filter(edge => part.has(edge.from) && part.has(edge.to))
    const upTo = (most: (typeof strength)[number]) =>
      inside.filter(edge => strength.indexOf(edge.kind) <= strength.indexOf(most))
    const found = [
      shortest(
        upTo('ww'),
        upTo('ww').filter(edge => edge.kind === 'ww'),
      ),
      shortest(
        upTo('wr'),
        upTo('wr').filter(edge => edge.kind === 'wr'),
      ),
      // Exactly one anti-dependency: it closes a path that has none.
      shortest(
        upTo('wr'),
        inside.filter(edge => edge.kind === 'rw'),
      ),
    ].filter(cycle => cycle !== undefined)
    const any = found.length > 0 ? undefined : shortest(inside, inside)
    return any ? [any] : found
  })
}

/** The shortest cycle that goes once over one of `closing` and else over `edges`. */
function shortest(edges: readonly Edge[], closing: readonly Edge[]): Cycle | undefined {
  const leaving = Map.groupBy(edges, edge => edge.from)
  let best: Cycle | undefined
  for (const edge of closing) {
    const path = pathFrom(edge.to, edge.from, leaving, best?.length ?? Number.POSITIVE_INFINITY)
    if (path && path.length + 1 < (best?.length ?? Number.POSITIVE_INFINITY)) best = [edge, ...path]
  }
  return best
}

/** Breadth first, so the first way found is a shortest one. */
function pathFrom(
  start: number,
  goal: number,
  leaving: ReadonlyMap<number, readonly Edge[]>,
  within: number,
): readonly Edge[] | undefined {
  const cameBy = new Map<number, Edge | undefined>([[start, undefined]])
  let frontier = [start]
  for (let length = 0; frontier.length > 0 && length + 1 < within; length++) {
    if (cameBy.has(goal)) break
    const next: number[] = []
    for (const node of frontier) {
      for (const edge of leaving.get(node) ?? []) {
        if (cameBy.has(edge.to)) continue
        cameBy.set(edge.to, edge)
        next.push(edge.to)
      }
    }
    frontier = next
  }
  if (!cameBy.has(goal)) return undefined
  const path: Edge[] = []
  for (let edge = cameBy.get(goal); edge; edge = cameBy.get(edge.from)) path.unshift(edge)
  return path
}

/** Tarjan's strongly connected components of two nodes or more, without recursion. */
function components(nodes: number, edges: readonly Edge[]): readonly ReadonlySet<number>[] {
  const leaving = Map.groupBy(edges, edge => edge.from)
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const stack: number[] = []
  const onStack = new Set<number>()
  const parts: ReadonlySet<number>[] = []
  for (let root = 0; root < nodes; root++) {
    if (order.has(root)) continue
    const work = [{ node: root, next: 0 }]
    for (let top = work.at(-1); top; top = work.at(-1)) {
      const { node } = top
      if (top.next === 0) enter(node)
      const edge = leaving.get(node)?.[top.next++]
      if (!edge) {
        leave(node)
        work.pop()
        const above = work.at(-1)
        if (above) lower(above.node, low.get(node))
      } else if (!order.has(edge.to)) {
        work.push({ node: edge.to, next: 0 })
      } else if (onStack.has(edge.to)) {
        lower(node, order.get(edge.to))
      }
    }
  }
  return parts

  function enter(node: number): void {
    low.set(node, order.size)
    order.set(node, order.size)
    stack.push(node)
    onStack.add(node)
  }

  function lower(node: number, to: number | undefined): void {
    low.set(node, Math.min(low.get(node) ?? 0, to ?? Number.POSITIVE_INFINITY))
  }

  function leave(node: number): void {
    if (low.get(node) !== order.get(node)) return
    const part = new Set(stack.splice(stack.lastIndexOf(node)))
    for (const each of part) onStack.delete(each)
    if (part.size > 1) parts.push(part)
  }
}
