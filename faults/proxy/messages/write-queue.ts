import type { Flow } from '../pipe/pipe.ts'
import { DelayLine } from '../stages/delay-line.ts'

/** Where a gate's bytes leave: at once, or when due; ranges of one chunk are gathered to one write. */
export class Outbox {
  readonly #flow: Flow
  readonly #line: DelayLine
  #run: { readonly chunk: Buffer; readonly start: number; end: number } | undefined

  constructor(flow: Flow) {
    this.#flow = flow
    this.#line = new DelayLine({
      pass: data => flow.forward(data),
      hold: bytes => flow.hold(bytes),
      release: bytes => flow.hold(-bytes),
      deadlines: flow.connection.deadlines,
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
    if (this.#line.empty && dueMs === 0) this.#flow.forward(data)
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
