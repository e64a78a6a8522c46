/** An operation of a history: it took effect once, after `from` and before `until`. */
export interface Call<State> {
  readonly from: number
  /** Infinity: perhaps later than all else, which is as good as never. */
  readonly until: number
  /** The state after it; undefined where it cannot have happened in this state. */
  readonly step: (state: State) => State | undefined
}

/** An event of the history that has not been accounted for, in a doubly linked list. */
interface Node {
  readonly call: number
  readonly returns: boolean
  before: Node | undefined
  after: Node | undefined
}

interface Choice<State> {
  readonly node: Node
  readonly state: State
}

/**
 * Whether the calls can be put in an order that respects real time and the states: Wing and Gong's
 * search in Lowe's form, which remembers each pair of linearized set and state. A generator, so
 * that the caller can stop it: it yields at each step and returns the answer.
 */
export function* search(
  initial: string,
  calls: readonly Call<string>[],
): Generator<undefined, boolean> {
  const { head, returns } = linked(calls)
  const done = new Linearized(calls.length)
  const known = new Set<string>()
  const chosen: Choice<string>[] = []
  let state = initial
  let node = head.after
  while (head.after) {
    yield undefined
    if (node && !node.returns) {
      const next = calls[node.call]?.step(state)
      if (next !== undefined && isNew(known, done.with(node.call), next)) {
        chosen.push({ node, state })
        state = next
        done.add(node.call)
        lift(node, returns[node.call])
        node = head.after
      } else {
        node = node.after
      }
      continue
    }
    // A return whose call was not chosen: something chosen before was wrong.
    const last = chosen.pop()
    if (!last) return false
    state = last.state
    done.remove(last.node.call)
    unlift(last.node, returns[last.node.call])
    node = last.node.after
  }
  return true
}

function isNew(known: Set<string>, done: string, state: string): boolean {
  const size = known.size
  known.add(`${done} ${state}`)
  return known.size > size
}

function linked(calls: readonly Call<string>[]) {
  const events = calls.flatMap(({ from, until }, call) => [
    { at: from, call, returns: false },
    { at: until, call, returns: true },
  ])
  events.sort((a, b) => (a.at === b.at ? Number(a.returns) - Number(b.returns) : a.at - b.at))
  const head: Node = { call: -1, returns: false, before: undefined, after: undefined }
  const returns: Node[] = []
  let last = head
  for (const { call, returns: isReturn } of events) {
    const node: Node = { call, returns: isReturn, before: last, after: undefined }
    last.after = node
    last = node
    if (isReturn) returns[call] = node
  }
  return { head, returns }
}

/** Takes a call and its return out of the list; they keep their neighbours, to come back. */
function lift(call: Node, end: Node | undefined): void {
  for (const node of end ? [call, end] : [call]) {
    if (node.before) node.before.after = node.after
    if (node.after) node.after.before = node.before
  }
}

function unlift(call: Node, end: Node | undefined): void {
  for (const node of end ? [end, call] : [call]) {
    if (node.before) node.before.after = node
    if (node.after) node.after.before = node
  }
}

/** A set of calls, as bits, with a text that names it. */
class Linearized {
  readonly #words: Uint16Array
  constructor(size: number) {
    this.#words = new Uint16Array(Math.ceil(size / 16))
  }
  add(call: number): void {
    this.#words[call >> 4] = (this.#words[call >> 4] ?? 0) | (1 << (call & 15))
  }
  remove(call: number): void {
    this.#words[call >> 4] = (this.#words[call >> 4] ?? 0) & ~(1 << (call & 15))
  }
  /** The name of this set with one call more. */
  with(call: number): string {
    this.add(call)
    const name = String.fromCharCode(...this.#words)
    this.remove(call)
    return name
  }
}
