type Step = 'applied' | 'healed'

/** What strikes have come to, so that others can wait for it. */
export class Milestones {
  readonly #reached = new Map<string, PromiseWithResolvers<boolean>>()

  reach(strike: string, step: Step): void {
    this.#of(strike, step).resolve(true)
  }

  /** The strike will not be made, so nobody need wait for it. */
  miss(strike: string): void {
    for (const step of ['applied', 'healed'] as const) this.#of(strike, step).resolve(false)
  }

  /**
   * Resolves to true as soon as the strike has come so far, and to false where it will not be made;
   * rejects with the signal's reason.
   */
  async reached(strike: string, step: Step, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const stop = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      return await Promise.race([this.#of(strike, step).promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #of(strike: string, step: Step): PromiseWithResolvers<boolean> {
    const key = `${step} ${strike}`
    const known = this.#reached.get(key) ?? Promise.withResolvers<boolean>()
    this.#reached.set(key, known)
    return known
  }
}
