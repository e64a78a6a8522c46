import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { inTime } from '../base/deadline.ts'
import { messageOf } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Event, Journal } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Hypothesis, SystemProbe, TrafficProbe } from '../model/hypothesis.ts'
import type { LabSystem } from '../model/target.ts'
import { latenessIn } from '../model/traffic-window.ts'

type Probed = Extract<Event, { readonly kind: 'probe' }>
export type When = Probed['when']
type Answer = Omit<Probed, 'kind' | 'hypothesis' | 'when' | 'expected'>

/** A stretch of the run, in ms since it began. */
interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  /** Default: what the recorder has of it. */
  readonly entries?: Journal
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

  /**
   * Takes the last whole window of each before `toMs` out of the journal; asking, later, asks each
   * once: of traffic over that window, of the system as it is then. True: all held.
   */
  windowsUntil(toMs: number): { ask(when: When): Promise<boolean> } {
    const entries = this.#recorder.since(toMs - this.#longestMs())
    const window = ({ overMs }: Hypothesis<System>) => ({ fromMs: toMs - overMs, toMs, entries })
    return {
      ask: async when => {
        const answers = await this.#measure(window)
        this.#tell(when, answers)
        return allHold(answers)
      },
    }
  }

  /**
   * Seeks steadiness: asks of what came since `sinceMs` until all hold at once, or until the deadline.
   * Records what was seen last.
   */
  async seek(when: When, seeking: Seeking): Promise<boolean> {
    const answers = await this.#sought(seeking)
    this.#tell(when, answers)
    return allHold(answers)
  }

  /**
   * Steadiness without luck: sought as by `seek`, then it must hold for one further, whole window; if
   * it does not, it is sought again while there is time. A system that is well by chance once in a
   * while does not pass.
   */
  async settle(when: When, seeking: Seeking): Promise<boolean> {
    const untilMs = this.#recorder.nowMs() + seeking.deadlineMs
    for (;;) {
      const leftMs = Math.max(0, untilMs - this.#recorder.nowMs())
      const sought = await this.#sought({ ...seeking, deadlineMs: leftMs })
      const answers = allHold(sought) ? await this.#further(seeking.signal) : sought
      const over = this.#recorder.nowMs() >= untilMs || seeking.signal.aborted
      if (!allHold(answers) && !over) continue
      this.#tell(when, answers)
      return allHold(answers)
    }
  }

  /** Records, each second until the signal aborts, what bends during the fault; nothing is judged. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(watchEveryMs, signal).catch(() => {})
      if (signal.aborted) return
      const toMs = this.#recorder.nowMs()
      const answers = await this.#measure(({ overMs }) => ({ fromMs: toMs - overMs, toMs }))
      if (!signal.aborted) this.#tell('during', answers)
    }
  }

  async #sought({ sinceMs, deadlineMs, signal }: Seeking): Promise<readonly Answer[]> {
    const giveUpMs = this.#recorder.nowMs() + deadlineMs
    // Too little traffic decides nothing: a whole window must have passed before it is told so.
    const leastMs = sinceMs + this.#longestMs()
    for (;;) {
      const toMs = this.#recorder.nowMs()
      const window = (overMs: number) => ({ fromMs: Math.max(sinceMs, toMs - overMs), toMs })
      const answers = await this.#measure(({ overMs }) => window(overMs))
      const decided = toMs >= leastMs || !answers.some(({ tooFew }) => tooFew)
      const over = (toMs >= giveUpMs && decided) || signal.aborted
      if (allHold(answers) || over) return answers
      await this.#clock.sleep(pollMs, signal).catch(() => {})
    }
  }

  /** The next whole window: the system is asked all along, traffic is judged at its end. */
  async #further(signal: AbortSignal): Promise<readonly Answer[]> {
    const fromMs = this.#recorder.nowMs()
    const endMs = fromMs + this.#longestMs()
    for (;;) {
      const toMs = this.#recorder.nowMs()
      const answers = await this.#measure(() => ({ fromMs, toMs }))
      const fallen = answers.some(({ held, window }) => !held && window === undefined)
      if (toMs >= endMs || fallen || signal.aborted) return answers
      await this.#clock.sleep(Math.min(pollMs, endMs - toMs), signal).catch(() => {})
    }
  }

  #longestMs(): number {
    return Math.max(...this.#hypotheses.map(({ overMs }) => overMs))
  }

  #measure(window: (one: Hypothesis<System>) => Stretch): Promise<readonly Answer[]> {
    return Promise.all(
      this.#hypotheses.map(one =>
        'over' in one.probe
          ? this.#ofTraffic(one, one.probe, window(one))
          : this.#ofSystem(one, one.probe),
      ),
    )
  }

  #ofTraffic(
    { tolerance, samples: needed }: Hypothesis<System>,
    probe: TrafficProbe<Json>,
    { fromMs, toMs, entries = this.#recorder.since(fromMs) }: Stretch,
  ): Answer {
    try {
      const traffic = { fromMs, toMs, entries }
      const measured = probe.over(traffic)
      const samples = measured?.samples ?? 0
      const window = { fromMs, toMs, samples, lateMs: latenessIn(traffic, probe.workload) }
      if (!measured || samples < needed) {
        const value = `too few operations: ${samples} of ${needed}`
        return { value, held: false, tooFew: true, window }
      }
      const value = parse(measured.value)
      const { bound } = tolerance
      const sees = bound === undefined ? undefined : probe.sees?.(samples, bound)
      const held = tolerance.accepts(value) === true
      return { value, held, window, ...(sees === undefined ? {} : { sees }) }
    } catch (error) {
      return this.#failed(probe.name, error)
    }
  }

  async #ofSystem(
    { tolerance }: Hypothesis<System>,
    probe: SystemProbe<System, Json>,
  ): Promise<Answer> {
    let value: Json
    try {
      const signal = AbortSignal.timeout(measureWithinMs)
      const work = probe.measure(this.#system, signal)
      value = await inTime(`an answer of ${probe.name}`, measureWithinMs, work, this.#clock)
    } catch (error) {
      return { value: `no answer: ${messageOf(error)}`, held: false }
    }
    try {
      return { value: parse(value), held: tolerance.accepts(value) === true }
    } catch (error) {
      return this.#failed(probe.name, error)
    }
  }

  /** A probe of traffic or a tolerance that fails is a fault of the experiment, not of the service. */
  #failed(probe: string, error: unknown): Answer {
    const message = `the probe ${probe} failed: ${messageOf(error)}`
    this.#recorder.record({ kind: 'error', message })
    return { value: message, held: false }
  }

  #tell(when: When, answers: readonly Answer[]): void {
    this.#hypotheses.forEach(({ sentence, tolerance: { expected } }, index) => {
      const answer = answers[index]
      if (!answer) return
      this.#recorder.record({ kind: 'probe', hypothesis: sentence, when, expected, ...answer })
    })
  }
}

export interface Seeking {
  /** Traffic before this moment, in ms since the run began, is not looked at. */
  readonly sinceMs: number
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

const allHold = (answers: readonly Answer[]) => answers.every(({ held }) => held)

/** A probe's value comes from outside: NaN, undefined and the like are refused. */
function parse(value: unknown): Json {
  return z.json().parse(value)
}
