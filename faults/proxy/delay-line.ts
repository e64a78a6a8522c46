import type { Deadline } from './deadlines.ts'
import type { Port } from './toxic.ts'

interface Held {
  readonly arrivedMs: number
  dueMs: number
  /** Absent: the FIN. */
  readonly data: Buffer | undefined
}

/** Keeps chunks, and the FIN behind them, until they are due. First in, first out, whatever is due. */
export class DelayLine {
  readonly #port: Port
  #held: Held[] = []
  #timer: Deadline | undefined

  constructor(port: Port) {
    this.#port = port
  }

  get empty(): boolean {
    return this.#held.length === 0
  }

  add(dueMs: number, data: Buffer | undefined): void {
    const last = this.#held.at(-1)
    const due = last ? Math.max(last.dueMs, dueMs) : dueMs
    this.#held.push({ arrivedMs: performance.now(), dueMs: due, data })
    if (data) this.#port.hold(data.length)
    if (!last) this.#arm()
  }

  /** Asks anew when each held chunk is due. */
  retime(dueMs: (arrivedMs: number) => number): void {
    let least = 0
    for (const held of this.#held) {
      least = Math.max(least, dueMs(held.arrivedMs))
      held.dueMs = least
    }
    this.#arm()
  }

  /** Passes everything on now. */
  flush(): void {
    this.#port.deadlines.cancel(this.#timer)
    const held = this.#held
    this.#held = []
    for (const each of held) this.#pass(each)
  }

  clear(): void {
    this.#port.deadlines.cancel(this.#timer)
    this.#held = []
  }

  #arm(): void {
    this.#port.deadlines.cancel(this.#timer)
    const head = this.#held[0]
    this.#timer = head && this.#port.deadlines.at(head.dueMs, this.#turn)
  }

  readonly #turn = (): void => {
    const now = performance.now()
    let passed = 0
    for (const each of this.#held) {
      if (each.dueMs > now) break
      passed++
    }
    for (const each of this.#held.splice(0, passed)) this.#pass(each)
    this.#arm()
  }

  #pass(held: Held): void {
    if (held.data) {
      this.#port.release(held.data.length)
      this.#port.pass(held.data)
    } else this.#port.end()
  }
}
