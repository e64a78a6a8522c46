import { accountedSize } from '../base/accounted-size.ts'
import type { Pipe } from '../pipe/pipe.ts'
import type { TimerEntry } from '../time/timer-queue.ts'

interface Aside {
  readonly bytes: Buffer
  readonly timer: TimerEntry
  overtakers: number
}

/** Whole messages that later ones may overtake: each returns after so many, or after a time. */
export class ReorderBuffer {
  readonly #pipe: Pipe
  readonly #put: (bytes: Buffer) => void
  readonly #aside = new Set<Aside>()

  /** `put` must see to it that the bytes go between two messages. */
  constructor(pipe: Pipe, put: (bytes: Buffer) => void) {
    this.#pipe = pipe
    this.#put = put
  }

  add(chunks: readonly Buffer[], withinMs: number, overtakers: number): void {
    // Copied: the chunks' memory belongs to the socket's read buffer, which would stay alive whole.
    const bytes = Buffer.concat(chunks)
    const timer = this.#pipe.connection.timers.in(withinMs, () => this.#return(aside))
    const aside: Aside = { bytes, timer, overtakers }
    this.#aside.add(aside)
    this.#pipe.hold(accountedSize(bytes))
  }

  /** One message has overtaken those aside. */
  passed(): void {
    for (const aside of this.#aside) {
      aside.overtakers--
      if (aside.overtakers <= 0) this.#return(aside)
    }
  }

  flush(): void {
    for (const aside of this.#aside) this.#return(aside)
  }

  clear(): void {
    for (const { timer } of this.#aside) this.#pipe.connection.timers.cancel(timer)
    this.#aside.clear()
  }

  #return(aside: Aside): void {
    if (!this.#aside.delete(aside)) return
    this.#pipe.connection.timers.cancel(aside.timer)
    this.#pipe.hold(-accountedSize(aside.bytes))
    this.#put(aside.bytes)
  }
}
