import { type Random, seeded } from '../base/random.ts'
import type { Operation } from '../model/workload.ts'

const many = 3
/** What is counted from here nobody sends: a key may be made from the number alone. */
const firstNeverWritten = 1_000_000_000

/**
 * A few keys like those of the traffic that nobody writes. Who finds them in the end finds anything.
 * @param operations the traffic from the operation of a number on.
 */
export function strayKeys(
  operations: (random: Random, from: number) => Generator<Operation>,
): readonly string[] {
  const random = seeded(0).fork('never written')
  return [...operations(random, firstNeverWritten).take(many)].flatMap(({ key }) => key ?? [])
}
