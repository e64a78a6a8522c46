type Step = 'applied' | 'healed'

/** What strikes have come to, so that others can wait for it. */
export class Milestones {
  readonly #reached = new Map<string, PromiseWithResolvers<void>>()

  reach(strike: string, step: Step): void {
    this.#of(strike, step).resolve()
  }

  /** Resolves as soon as the strike has come so far; rejects with the signal's reason. */
  async reached(strike: string, step: Step, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const stop = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      await Promise.race([this.#of(strike, step).promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #of(strike: string, step: Step): PromiseWithResolvers<void> {
    const key = `${step} ${strike}`
    const known = this.#reached.get(key) ?? Promise.withResolvers<void>()
    this.#reached.set(key, known)
    return known
  }
}
