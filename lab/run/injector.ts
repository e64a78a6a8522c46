import { z } from 'zod'
import type { TimedStrike } from '../admission/strikes.ts'
import { inTime } from '../base/deadline.ts'
import { toMs } from '../base/duration.ts'
import { LabError, messageOf } from '../base/errors.ts'
import type { Event } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import { demandAllowed } from '../model/external/allow-list.ts'
import type { Injection, PlannedFault } from '../model/fault.ts'
import type { Context, LabSystem } from '../model/target.ts'
import { Milestones } from './milestones.ts'

interface InForce<System extends LabSystem> {
  readonly strike: TimedStrike<System>
  readonly planned: PlannedFault
  readonly owed: string | undefined
  injection: Injection | undefined
}

/** Choosing the part; it touches nothing. */
const planWithinMs = 10_000
const applyWithinMs = 30_000
/** An undo that takes longer has failed; the guardian tries again at the end. */
const healWithinMs = 20_000
const askEveryMs = 50
const measureWithinMs = 3_000
/** What is half made is planned, made, asked what it touched, and undone, each in its time. */
const halfMadeWithinMs = planWithinMs + applyWithinMs + 2 * healWithinMs

const count = z.number().nonnegative()
const landed = z.union([count, z.record(z.string(), count)])

/** Makes faults at their moments and ends them; what it has made it can always heal. */
export class Injector<System extends LabSystem> {
  readonly #system: System
  readonly #context: Context
  readonly #recorder: JournalFile
  readonly #inForce = new Map<number, InForce<System>>()
  readonly #milestones = new Milestones()

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
      if (!(await this.#moment(strike, until, either))) return this.#milestones.miss(strike.name)
      await this.strike(strike)
      if (strike.forMs === undefined) return
      await clock.sleep(strike.forMs, either)
      await this.heal(strike.id)
    })
    try {
      await Promise.all([...playing, until(durationMs)])
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      stop.abort()
      const finishing = Promise.allSettled(playing)
      await inTime('what is half made to be whole', halfMadeWithinMs, finishing, clock)
    }
  }

  /** Ends everything in force, whatever fails on the way; failures are in the journal. */
  async healAll(): Promise<void> {
    for (const id of [...this.#inForce.keys()].reverse()) await this.heal(id)
  }

  /** Resolves to true when the strike is due; to false when what it waits for never comes. */
  async #moment(
    { moment, movedMs, name }: TimedStrike<System>,
    until: (ms: number) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock } = this.#context
    if (moment.kind === 'at') {
      await until(toMs(moment.at) + movedMs)
      return true
    }
    if (moment.kind === 'after') {
      if (!(await this.#milestones.reached(moment.strike, moment.once, signal))) return false
      await clock.sleep(toMs(moment.delay) + movedMs, signal)
      return true
    }
    const giveUpMs = clock.nowMs() + toMs(moment.atMost)
    while (clock.nowMs() < giveUpMs) {
      const asking = moment.probe.measure(this.#system, signal)
      const what = `an answer of ${moment.probe.name}`
      const answering = inTime(what, measureWithinMs, asking, clock)
      const value = await answering.catch(() => undefined)
      if (value !== undefined && moment.accepts.accepts(value)) {
        await clock.sleep(movedMs, signal)
        return true
      }
      await clock.sleep(askEveryMs, signal)
    }
    const text = `${name} waited ${moment.atMost} for ${moment.probe.name}: ${moment.accepts.expected}`
    this.#recorder.record({ kind: 'note', text })
    return false
  }

  /** Makes one fault now, whatever its moment says. */
  async strike(strike: TimedStrike<System>): Promise<void> {
    const { clock, ledger } = this.#context
    const { fault } = strike
    const planning = fault.plan(this.#system, this.#context)
    const planned = await inTime(`${fault.label} to be planned`, planWithinMs, planning, clock)
    if (fault.kind === 'lasting' && !planned.undo) throw withoutUndo(fault.label)
    const { external } = this.#context
    if (external) demandAllowed(external, fault, planned.touches)
    this.#tell(strike, planned, { step: 'planned' })
    const owed = planned.undo && (await ledger.owe(fault.label, planned.undo))
    const inForce: InForce<System> = { strike, planned, owed, injection: undefined }
    this.#inForce.set(strike.id, inForce)
    const applying = planned.apply()
    inForce.injection = await inTime(`${fault.label} to be made`, applyWithinMs, applying, clock)
    this.#tell(strike, planned, { step: 'applied' })
    this.#milestones.reach(strike.name, 'applied')
  }

  /** Ends one fault; one that is not in force is healed. A failure is in the journal. */
  async heal(id: number): Promise<void> {
    const inForce = this.#inForce.get(id)
    if (!inForce) return
    this.#inForce.delete(id)
    const { strike, planned, owed } = inForce
    await this.#tellLanded(inForce)
    try {
      const { ledger, clock } = this.#context
      if (owed !== undefined) {
        await inTime(`${strike.fault.label} to be undone`, healWithinMs, ledger.settle(owed), clock)
      }
      this.#tell(strike, planned, { step: 'healed' })
      this.#milestones.reach(strike.name, 'healed')
    } catch (error) {
      this.#tell(strike, planned, { step: 'healed', error: messageOf(error) })
    }
  }

  /** Records what a fault in force has touched so far. */
  async measure(id: number): Promise<void> {
    const inForce = this.#inForce.get(id)
    if (inForce) await this.#tellLanded(inForce)
  }

  async #tellLanded({ strike, planned, injection }: InForce<System>): Promise<void> {
    if (!injection) return
    try {
      const asking = Promise.resolve(injection.landed())
      const told = await inTime('to say what it touched', healWithinMs, asking, this.#context.clock)
      const parsed = landed.parse(told)
      const what =
        typeof parsed === 'number'
          ? { landed: parsed }
          : { landed: Object.values(parsed).reduce((a, b) => a + b, 0), landedOn: parsed }
      this.#tell(strike, planned, { step: 'landed', ...what })
    } catch (error) {
      const message = `${strike.fault.label} cannot say what it touched: ${messageOf(error)}`
      this.#recorder.record({ kind: 'error', message })
    }
  }

  #tell(
    { id, name, fault }: TimedStrike<System>,
    { touches, mayEnd }: PlannedFault,
    what: Pick<Extract<Event, { kind: 'fault' }>, 'step' | 'landed' | 'landedOn' | 'error'>,
  ): void {
    this.#recorder.record({
      kind: 'fault',
      id,
      strike: name,
      fault: fault.name,
      label: fault.label,
      touches,
      ...(mayEnd && { mayEnd }),
      ...what,
    })
  }
}

function withoutUndo(label: string): LabError {
  return new LabError({
    code: 'no-undo',
    expected: `${label} to say how it is undone before it is made`,
    found: 'no undo, of a fault that is lasting',
    why: 'What cannot be undone would stay in force after the run, and nobody could tell.',
    next: "Return an undo from plan(), or call the fault 'momentary' or 'destructive'.",
  })
}
