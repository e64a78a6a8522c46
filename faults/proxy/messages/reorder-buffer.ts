import { weightOf } from '../base/accounted-size.ts'
import type { Flow } from '../pipe/pipe.ts'
import type { Deadline } from '../time/timer-queue.ts'

interface Aside {
  readonly bytes: Buffer
  readonly timer: Deadline
  overtakers: number
}

/** Whole messages that later ones may overtake: each returns after so many, or after a time. */
export class SideLine {
  readonly #flow: Flow
  readonly #put: (bytes: Buffer) => void
  readonly #aside = new Set<Aside>()

  /** `put` must see to it that the bytes go between two messages. */
  constructor(flow: Flow, put: (bytes: Buffer) => void) {
    this.#flow = flow
    this.#put = put
  }

  add(chunks: readonly Buffer[], withinMs: number, overtakers: number): void {
    // Copied: the chunks' memory belongs to the socket's read buffer, which would stay alive whole.
    const bytes = Buffer.concat(chunks)
    const timer = this.#flow.connection.deadlines.in(withinMs, () => this.#return(aside))
    const aside: Aside = { bytes, timer, overtakers }
    this.#aside.add(aside)
    this.#flow.hold(weightOf(bytes))
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
    for (const { timer } of this.#aside) this.#flow.connection.deadlines.cancel(timer)
    this.#aside.clear()
  }

  #return(aside: Aside): void {
    if (!this.#aside.delete(aside)) return
    this.#flow.connection.deadlines.cancel(aside.timer)
    this.#flow.hold(-weightOf(aside.bytes))
    this.#put(aside.bytes)
  }
}
