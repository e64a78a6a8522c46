import type { TimedStrike } from '../admission/strikes.ts'
import { within } from '../base/deadline.ts'
import { messageOf } from '../base/errors.ts'
import type { Event } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Injection } from '../model/fault.ts'
import type { Context, LabSystem } from '../model/target.ts'

interface Told {
  readonly id: number
  readonly fault: { readonly name: string; readonly label: string }
}

interface InForce {
  readonly strike: Told
  readonly touches: readonly string[]
  readonly owed: string | undefined
  injection: Injection | undefined
}

/** An undo that takes longer has failed; the guardian tries again at the end. */
const healWithinMs = 20_000

/** Makes faults at their moments and ends them; what it has made it can always heal. */
export class Injector<System extends LabSystem> {
  readonly #system: System
  readonly #context: Context
  readonly #recorder: JournalFile
  readonly #inForce = new Map<number, InForce>()

  constructor(system: System, context: Context, recorder: JournalFile) {
    this.#system = system
    this.#context = context
    this.#recorder = recorder
  }

  /**
   * Plays the schedule; resolves at `durationMs`. When the signal aborts it starts no more faults and
   * returns as soon as none is half made; faults in force are left to `healAll`.
   */
  async play(
    strikes: readonly TimedStrike<System>[],
    durationMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#context
    const startMs = clock.nowMs()
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const until = (ms: number) => clock.sleep(Math.max(0, startMs + ms - clock.nowMs()), either)
    const playing = strikes.map(async strike => {
      await until(strike.atMs)
      await this.#strike(strike)
      if (strike.untilMs === undefined) return
      await until(strike.untilMs)
      await this.#heal(strike.id)
    })
    try {
      await Promise.all([...playing, until(durationMs)])
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      stop.abort()
      await within(healWithinMs, Promise.allSettled(playing), clock).catch(() => {})
    }
  }

  /** Ends everything in force, whatever fails on the way; failures are in the journal. */
  async healAll(): Promise<void> {
    for (const id of [...this.#inForce.keys()].reverse()) await this.#heal(id)
  }

  async #strike(strike: TimedStrike<System>): Promise<void> {
    const planned = await strike.fault.plan(this.#system, this.#context)
    const { touches, undo } = planned
    this.#tell(strike, touches, { step: 'planned' })
    const owed = undo && (await this.#context.ledger.owe(strike.fault.label, undo))
    const inForce: InForce = { strike, touches, owed, injection: undefined }
    this.#inForce.set(strike.id, inForce)
    inForce.injection = await planned.apply()
    this.#tell(strike, touches, { step: 'applied' })
  }

  async #heal(id: number): Promise<void> {
    const fault = this.#inForce.get(id)
    if (!fault) return
    this.#inForce.delete(id)
    const { strike, touches, owed, injection } = fault
    try {
      if (injection) {
        const landed = await within(healWithinMs, injection.landed(), this.#context.clock)
        this.#tell(strike, touches, { step: 'landed', landed })
      }
    } catch (error) {
      this.#recorder.record({
        kind: 'error',
        message: `${strike.fault.label} cannot say what it touched: ${messageOf(error)}`,
      })
    }
    try {
      const { ledger, clock } = this.#context
      if (owed !== undefined) await within(healWithinMs, ledger.settle(owed), clock)
      this.#tell(strike, touches, { step: 'healed' })
    } catch (error) {
      this.#tell(strike, touches, { step: 'healed', error: messageOf(error) })
    }
  }

  #tell(
    strike: Told,
    touches: readonly string[],
    what: Pick<Extract<Event, { kind: 'fault' }>, 'step' | 'landed' | 'error'>,
  ): void {
    const { id, fault } = strike
    this.#recorder.record({
      kind: 'fault',
      id,
      fault: fault.name,
      label: fault.label,
      touches,
      ...what,
    })
  }
}
