import type { Call } from '../linearizability/calls.ts'

/**
 * The slow truth, for a handful of calls on one object: whether one of all orders respects real time
 * and the states.
 */
export function hasOrder(calls: readonly Call[], state: string): boolean {
  if (calls.every(({ until }) => !Number.isFinite(until))) return true
  const firstAnswer = Math.min(...calls.map(({ until }) => until))
  return calls.some(call => {
    if (call.from > firstAnswer) return false
    const next = call.effect.step(state)
    return (
      next !== undefined &&
      hasOrder(
        calls.filter(other => other !== call),
        next,
      )
    )
  })
}
