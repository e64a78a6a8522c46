import type { Call } from './calls.ts'
import type { Effect } from './model.ts'
import type { Node } from './nodes.ts'
import type { Values } from './values.ts'

/** What an uncertain call leaves and nobody needs may as well not have happened. */
export function isIdle({ effect }: Call, values: Values): boolean {
  if (!values.isClear || effect.makes === undefined) return false
  return values.of(effect.makes).needers === 0
}

/**
 * Without knowing what is needed everything may be of use. What overwrites is of use before the answered
 * call if somebody open needs what it leaves, or if that can come again for who will need it.
 */
export function isUseful(effect: Effect, values: Values, open: () => Iterable<Call>): boolean {
  if (!values.isClear || effect.needs !== undefined) return true
  if (effect.makes === undefined) return false
  const { needers, makers } = values.of(effect.makes)
  if (needers === 0) return false
  if (makers > 1) return true
  for (const call of open()) if (call.effect.needs === effect.makes) return true
  return false
}

/** Whether others can take effect unseen right before it. */
export function canHide(effect: Effect, values: Values): boolean {
  return values.isClear && effect.changes && effect.needs === undefined
}

/**
 * Which open calls may take effect right before an overwriting one, since nobody else will need what
 * they leave: each with all that need it. The caller takes each out of `values` before it asks for more.
 */
export function* hiddenBefore(
  effect: Effect,
  open: readonly Node[],
  values: Values,
): Generator<Node> {
  const left = new Set(open)
  for (const node of open) {
    const { makes, needs } = node.call.effect
    if (node.call.effect === effect || makes === undefined || needs !== undefined) continue
    const { needers } = values.of(makes)
    const readers = needers === 0 ? [] : [...left].filter(each => reads(each, makes))
    if (readers.length < needers) continue
    for (const each of [node, ...readers]) {
      left.delete(each)
      yield each
    }
  }
}

function reads({ call: { effect } }: Node, state: string): boolean {
  return !effect.changes && effect.needs === state
}
