import { availableParallelism } from 'node:os'

/** What the servers and the service of one run take at most. */
const runBytes = 2 * 2 ** 30

/** So many runs go side by side here: one for each core, as long as memory is free for them. */
export function mostSideBySide(): number {
  const byMemory = Math.floor(process.availableMemory() / runBytes)
  return Math.max(1, Math.min(availableParallelism(), byMemory))
}

/**
 * Places for runs on one machine. A run takes one, or all of them when it must be alone. Who asked
 * first gets his first, so that a run alone is not overtaken for ever.
 */
export class Berths {
  readonly most: number
  #free: number
  readonly #waiting: { readonly wanted: number; readonly start: () => void }[] = []

  constructor(most: number) {
    this.most = most
    this.#free = most
  }

  /** Runs `work` beside others. */
  beside<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#with(1, work)
  }

  /** Runs `work` while nothing else runs. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#with(this.most, work)
  }

  async #with<Result>(wanted: number, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>(resolve => {
      this.#waiting.push({ wanted, start: resolve })
      this.#admit()
    })
    try {
      return await work()
    } finally {
      this.#free += wanted
      this.#admit()
    }
  }

  #admit(): void {
    for (;;) {
      const first = this.#waiting[0]
      if (!first || first.wanted > this.#free) return
      this.#waiting.shift()
      this.#free -= first.wanted
      first.start()
    }
  }
}
