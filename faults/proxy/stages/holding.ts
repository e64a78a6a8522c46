import { accountedSize } from '../base/accounted-size.ts'
import type { Port } from '../contracts/byte-stage.ts'
import type { TimerEntry } from '../time/timer-queue.ts'

/** Keeps chunks until they are let go: what a network that swallows packets does to a TCP stream. */
export class Holding {
  readonly #port: Port
  #chunks: Buffer[] = []
  #ended = false
  #timer: TimerEntry | undefined

  constructor(port: Port) {
    this.#port = port
  }

  add(data: Buffer): void {
    this.#port.hold(accountedSize(data))
    this.#port.landed(data.length)
    this.#chunks.push(data)
  }

  end(): void {
    this.#port.landed(0)
    this.#ended = true
  }

  /** What happens when nothing was let go until then, in place of what was to happen before. */
  expire(dueMs: number, action: () => void): void {
    this.persist()
    this.#timer = this.#port.timers.at(dueMs, action)
  }

  /** Keeps for good. */
  persist(): void {
    this.#port.timers.cancel(this.#timer)
  }

  flush(): void {
    this.persist()
    const chunks = this.#chunks
    this.#chunks = []
    for (const data of chunks) {
      this.#port.release(accountedSize(data))
      this.#port.pass(data)
    }
    if (this.#ended) this.#port.end()
    this.#ended = false
  }

  clear(): void {
    this.persist()
    this.#chunks = []
  }
}
