interface Memory<Result> {
  readonly below: WeakMap<object, Memory<Result>>
  result?: { readonly value: Result }
}

/**
 * A pure function that is asked for the same again and again, by a check and by its lies: its answer
 * is kept for as long as what it was asked about. Arguments are told apart by identity; the lists of
 * a journal keep theirs in a falsified copy, where the lie left them alone (`ofKind`, `history`).
 */
export function remembered<Args extends readonly object[], Result>(
  compute: (...args: Args) => Result,
): (...args: Args) => Result {
  const root: Memory<Result> = { below: new WeakMap() }
  return (...args) => {
    let memory = root
    for (const arg of args) {
      const next = memory.below.get(arg) ?? { below: new WeakMap() }
      memory.below.set(arg, next)
      memory = next
    }
    memory.result ??= { value: compute(...args) }
    return memory.result.value
  }
}
