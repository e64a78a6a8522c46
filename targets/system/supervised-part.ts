import type { Context } from '../../lab/model/target.ts'
import { ServerPart } from '../runtime/server-part.ts'

const lookEveryMs = 100
/** As long as it takes an orchestrator to notice and to start another. */
const restartAfterMs = 1_000

/** A process that is started again when it ends by itself, and not when a fault has ended it. */
export class SupervisedPart extends ServerPart {
  readonly #over = new AbortController()
  #supervision: Promise<void> = Promise.resolve()
  #isAskedToEnd = false

  /** Begins to watch over it, until it is disposed or the run is over. */
  supervise({ clock, signal }: Pick<Context, 'clock' | 'signal'>): void {
    const over = AbortSignal.any([signal, this.#over.signal])
    this.#supervision = this.#watch(clock, over)
  }

  async #watch(clock: Context['clock'], over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(lookEveryMs, over).catch(() => {})
      if (this.process.running) {
        // Whoever heals a kill starts it again past this object.
        this.#isAskedToEnd = false
        continue
      }
      if (this.#isAskedToEnd) continue
      await clock.sleep(restartAfterMs, over).catch(() => {})
      if (over.aborted || this.#isAskedToEnd || this.process.running) continue
      // One that does not come up is tried again; the journal says what became of each.
      await super.restart().catch(() => {})
    }
  }

  override kill(): Promise<void> {
    this.#isAskedToEnd = true
    return super.kill()
  }

  override stop(): Promise<void> {
    this.#isAskedToEnd = true
    return super.stop()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    await super[Symbol.asyncDispose]()
    await this.#supervision
  }
}
