import { canonical } from '../canonical.ts'
import type { Asked, Effect, Model } from '../model.ts'

/** A set per key: `add` of its input, and `read`, whose ok value lists what is in it, in any order. */
export function setOfValues(): Model {
  return { name: 'set', initial: '', perKey: true, effectOf }
}

/** The state is one line for each value, sorted. */
function effectOf({ f, input, answer }: Asked): Effect | undefined {
  if (f === 'add') {
    const item = canonical(input)
    const step = (state: string) => stateOf([...state.split('\n').filter(Boolean), item])
    return { name: `add ${item}`, step, tells: false, changes: true }
  }
  if (f !== 'read') return undefined
  if (!answer) return { name: 'read', step: state => state, tells: false, changes: false }
  const value = answer.value ?? []
  if (!Array.isArray(value)) return undefined
  const seen = stateOf(value.map(canonical))
  const step = (state: string) => (state === seen ? state : undefined)
  return { name: `read ${seen}`, step, tells: true, changes: false, needs: seen }
}

function stateOf(items: readonly string[]): string {
  return [...new Set(items)].toSorted().join('\n')
}
