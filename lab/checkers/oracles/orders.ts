/** Every order of the items. */
export function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield []
  for (const [i, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest]
  }
}

/** Every choice of some of the items, in their order. */
export function* subsets<T>(items: readonly T[]): Generator<readonly T[]> {
  const [first, ...others] = items
  if (first === undefined) {
    yield []
    return
  }
  for (const rest of subsets(others)) {
    yield rest
    yield [first, ...rest]
  }
}
