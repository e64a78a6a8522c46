/** The members of the language's own that the lab uses. */
interface Stack extends AsyncDisposable {
  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T
  defer(dispose: () => PromiseLike<void> | void): void
  move(): Stack
  disposeAsync(): Promise<void>
}

/**
 * What a block owns, ended in the opposite order. Node 22 has `Symbol.asyncDispose` and not yet the
 * language's stack, so this stands in for it there: the rest is ended when one end fails, too.
 */
class PlainStack implements Stack {
  #ends: (() => PromiseLike<void> | void)[] = []

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value) this.#ends.push(endOf(value))
    return value
  }

  defer(dispose: () => PromiseLike<void> | void): void {
    this.#ends.push(dispose)
  }

  move(): Stack {
    const moved = new PlainStack()
    moved.#ends = this.#ends
    this.#ends = []
    return moved
  }

  async disposeAsync(): Promise<void> {
    const ends = this.#ends.reverse()
    this.#ends = []
    const errors: unknown[] = []
    for (const end of ends) {
      try {
        await end()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, 'More than one end failed.')
    if (errors.length === 1) throw errors[0]
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync()
  }
}

function endOf(value: AsyncDisposable | Disposable): () => PromiseLike<void> | void {
  if (Symbol.asyncDispose in value) return () => value[Symbol.asyncDispose]()
  return () => value[Symbol.dispose]()
}

const native: (new () => Stack) | undefined = globalThis.AsyncDisposableStack

export const AsyncDisposableStack: new () => Stack = native ?? PlainStack
export type AsyncDisposableStack = Stack
export { PlainStack as stackForNode22 }
