import type { Random } from '../base/random.ts'
import type { Operation } from '../model/workload.ts'

/** What to make of the seed's numbers, and how often in proportion to the others. */
export interface Choice {
  readonly weight: number
  readonly make: (random: Random, number: number) => Operation
}

/** Operations without end, each of a kind picked by weight; `number` counts them all from 0. */
export function* mixed(random: Random, choices: readonly Choice[]): Generator<Operation> {
  const all = choices.reduce((sum, { weight }) => sum + weight, 0)
  for (let number = 0; ; number++) {
    yield pick(choices, random.next() * all).make(random, number)
  }
}

/** The one in whose stretch the point lies, where each is as long as its weight. */
function pick(choices: readonly Choice[], point: number): Choice {
  let end = 0
  for (const choice of choices) {
    end += choice.weight
    if (point < end) return choice
  }
  throw new RangeError('Expected kinds of operations with weights above 0, found none.')
}
