import type { Pipe } from '../pipe/pipe.ts'
import { DelayLine } from '../stages/delay-line.ts'

/** The bytes an interceptor forwards: at once, or when due; ranges of one chunk become one write. */
export class WriteQueue {
  readonly #pipe: Pipe
  readonly #line: DelayLine
  #run: { readonly chunk: Buffer; readonly start: number; end: number } | undefined

  constructor(pipe: Pipe) {
    this.#pipe = pipe
    this.#line = new DelayLine({
      pass: data => pipe.forward(data),
      hold: bytes => pipe.hold(bytes),
      release: bytes => pipe.hold(-bytes),
      timers: pipe.connection.timers,
    })
  }

  /** A range that passes unchanged; it leaves with the ranges that follow it, or at `settle`. */
  range(chunk: Buffer, start: number, end: number): void {
    if (this.#run?.chunk === chunk && this.#run.end === start) this.#run.end = end
    else {
      this.settle()
      this.#run = { chunk, start, end }
    }
  }

  /** Never overtakes what was put before, whatever is due. */
  put(data: Buffer, dueMs = 0): void {
    this.settle()
    if (data.length === 0) return
    if (this.#line.empty && dueMs === 0) this.#pipe.forward(data)
    else this.#line.add(dueMs, data)
  }

  /** Does something when all that was put before has gone on. */
  at(action: () => void): void {
    this.settle()
    if (this.#line.empty) action()
    else this.#line.add(0, action)
  }

  settle(): void {
    const run = this.#run
    this.#run = undefined
    if (run) this.put(run.chunk.subarray(run.start, run.end))
  }

  flush(): void {
    this.settle()
    this.#line.flush()
  }

  clear(): void {
    this.#run = undefined
    this.#line.clear()
  }
}
