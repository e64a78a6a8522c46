import type { Clock } from '../base/clock.ts'
import { within } from '../base/deadline.ts'
import { messageOf } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Hypothesis } from '../model/hypothesis.ts'
import type { LabSystem } from '../model/target.ts'

export type When = 'before' | 'during' | 'after' | 'rolled-back'

interface Answer {
  readonly value: Json
  readonly held: boolean
}

const measureWithinMs = 3_000
const pollMs = 250
const watchEveryMs = 1_000

/** The steady-state hypotheses of a run: asked, recorded, and waited for. */
export class Steady<System extends LabSystem> {
  readonly #hypotheses: readonly Hypothesis<System>[]
  readonly #system: System
  readonly #recorder: JournalFile
  readonly #clock: Clock

  constructor(
    hypotheses: readonly Hypothesis<System>[],
    system: System,
    recorder: JournalFile,
    clock: Clock,
  ) {
    this.#hypotheses = hypotheses
    this.#system = system
    this.#recorder = recorder
    this.#clock = clock
  }

  /** Asks each once, over the traffic since `sinceMs` (run time), and records it. True: all held. */
  async ask(when: When, sinceMs: number): Promise<boolean> {
    const answers = await this.#measure(sinceMs)
    this.#tell(when, answers)
    return answers.every(answer => answer.held)
  }

  /**
   * Asks until all hold at once, over the last `windowMs` of traffic but never before `sinceMs`, or
   * until `deadlineMs` from now has passed. Records what was seen last.
   */
  async await(
    when: When,
    options: {
      readonly sinceMs: number
      readonly windowMs: number
      readonly deadlineMs: number
      readonly signal: AbortSignal
    },
  ): Promise<boolean> {
    const giveUpMs = this.#recorder.nowMs() + options.deadlineMs
    for (;;) {
      const nowMs = this.#recorder.nowMs()
      const answers = await this.#measure(Math.max(options.sinceMs, nowMs - options.windowMs))
      const all = answers.every(answer => answer.held)
      if (all || nowMs >= giveUpMs || options.signal.aborted) {
        this.#tell(when, answers)
        return all
      }
      await this.#clock.sleep(pollMs, options.signal).catch(() => {})
    }
  }

  /** Records, each second until the signal aborts, what bends during the fault; nothing is judged. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(watchEveryMs, signal).catch(() => {})
      if (signal.aborted) return
      const answers = await this.#measure(this.#recorder.nowMs() - watchEveryMs)
      if (!signal.aborted) this.#tell('during', answers)
    }
  }

  #measure(sinceMs: number): Promise<readonly Answer[]> {
    return Promise.all(this.#hypotheses.map(one => this.#answer(one, sinceMs)))
  }

  async #answer({ probe, tolerance }: Hypothesis<System>, sinceMs: number): Promise<Answer> {
    if ('over' in probe) {
      const value = probe.over(this.#recorder.since(sinceMs))
      if (value === undefined) return { value: 'too few samples', held: false }
      return { value, held: tolerance.accepts(value) }
    }
    try {
      const signal = AbortSignal.timeout(measureWithinMs)
      const value = await within(measureWithinMs, probe.measure(this.#system, signal), this.#clock)
      return { value, held: tolerance.accepts(value) }
    } catch (error) {
      return { value: `no answer: ${messageOf(error)}`, held: false }
    }
  }

  #tell(when: When, answers: readonly Answer[]): void {
    this.#hypotheses.forEach(({ sentence, tolerance: { expected } }, index) => {
      const answer = answers[index]
      if (!answer) return
      this.#recorder.record({ kind: 'probe', hypothesis: sentence, when, expected, ...answer })
    })
  }
}
