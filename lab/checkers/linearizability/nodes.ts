import type { Call } from './calls.ts'

/** A call as the search knows it. */
export interface Node {
  readonly call: Call
  /** Of the calls that are open together none has the same. */
  readonly slot: number
}

/** Calls that are open together get different slots, as small as can be. */
export function withSlots(answered: readonly Call[]): readonly Node[] {
  const slots = new Map<Call, number>()
  const free: number[] = []
  let count = 0
  let ended = 0
  for (const call of answered.toSorted((a, b) => a.from - b.from)) {
    for (; (answered[ended]?.until ?? call.from) < call.from; ended++) {
      const over = answered[ended]
      if (over) free.push(slots.get(over) ?? 0)
    }
    slots.set(call, free.pop() ?? count++)
  }
  return answered.map(call => ({ call, slot: slots.get(call) ?? 0 }))
}

/**
 * By level: how many answered calls, from the first, one must look at to find all that are open.
 */
export function reachOf(answered: readonly Node[]): Int32Array {
  const reach = new Int32Array(answered.length)
  const byStart = answered
    .map(({ call }, place) => ({ from: call.from, place }))
    .toSorted((a, b) => a.from - b.from)
  let next = 0
  let last = 0
  for (const [level, { call }] of answered.entries()) {
    for (; (byStart[next]?.from ?? call.until) < call.until; next++) {
      last = Math.max(last, (byStart[next]?.place ?? 0) + 1)
    }
    reach[level] = last
  }
  return reach
}
