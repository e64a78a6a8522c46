import { faultOf } from '../../model/game-day.ts'
import type { DayState, Stop } from '../record/day-state.ts'
import type { Action } from './action.ts'
import type { CrewLog } from './crew-log.ts'
import { findLeftovers, type Leftovers, startingOf } from './leftovers.ts'
import { type Person, theConsole } from './person.ts'
import { type Preflight, preflight } from './preflight.ts'
import { settingsOfStep } from './ramp.ts'
import { Refusal } from './refusal.ts'
import { Roster } from './roster.ts'
import type { RunningDay } from './running-day.ts'
import type { Sampler } from './sampler.ts'

type Inject = Extract<Action, { do: 'inject' }>
/** So long a process may take to answer again before the proof calls it left. */
const readyWithinMs = 15_000

export type Proof = NonNullable<Stop['proof']>

/** Injections of a day: preflight, lease and ramp; heals them one by one, or all with a proof. */
export class Strikes {
  readonly #running: RunningDay
  readonly #sampler: Sampler
  readonly #log: CrewLog
  readonly #roster: Roster<RunningDay['system']>
  readonly #over = new AbortController()
  #lastStrike: number
  /** Counted up by each stop: what was under way then must not go on. */
  #stops = 0
  #blocked: boolean

  constructor(running: RunningDay, sampler: Sampler, log: CrewLog) {
    this.#running = running
    this.#sampler = sampler
    this.#log = log
    const { injector, context, state } = running
    this.#roster = new Roster(injector, context.clock, (strike, why) =>
      log.record(theConsole, { did: 'healed', strike, why }),
    )
    this.#lastStrike = Math.max(0, ...state.injections.keys())
    this.#blocked = state.blocking !== undefined
  }

  /** Measures what is in force and ends leases; until the signal aborts. */
  watch(signal: AbortSignal): Promise<void> {
    return this.#roster.watch(AbortSignal.any([signal, this.#over.signal]))
  }

  /** Each second a probe of the steady state is asked; the last answers are of before the fault. */
  async preview(filled: Pick<Inject, 'form' | 'part' | 'settings'>): Promise<Preflight> {
    const { day, system, context } = this.#running
    const fault = faultOf(day, filled)
    const recent = this.#sampler.samples.slice(-5)
    return preflight(fault, system, context, { state: this.#state, recent })
  }

  /** Resolves to the injection's number as soon as it is in force. @throws {Refusal} */
  async inject(by: Person, asked: Inject): Promise<number> {
    this.demandOpen()
    const { findings } = await this.preview(asked)
    const against = findings.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`)
    if (against.length > 0 && !asked.anyway) {
      this.#log.record(by, { did: 'refused', what: `${asked.form} on ${asked.part}`, why: against })
      throw new Refusal('preflight', against)
    }
    const { ramp } = asked
    // Refused before it begins, where its last step could not be made.
    if (ramp) settingsOfStep(asked.settings, ramp, ramp.steps)
    const { plan } = asked
    if (plan && this.#state.plan.has(plan))
      this.#log.record(theConsole, { did: 'moved', plan, state: 'running' })
    const first = await this.#strike(by, asked, against, ramp && 1)
    if (ramp) void this.#climb(by, asked, first)
    return first
  }

  /** @throws {Refusal} */
  async heal(strike: number): Promise<void> {
    this.#demandInForce(strike)
    await this.#roster.heal(strike, 'asked')
  }

  /** @throws {Refusal} */
  extend(strike: number, leaseMs: number): void {
    this.#demandInForce(strike)
    this.#roster.extend(strike, leaseMs)
  }

  /** Lets nothing new be injected, heals all, and looks what is left. Asked twice it looks twice. */
  async stop(by: Person, via: Stop['via'], reason: string): Promise<Proof> {
    const { clock } = this.#running.context
    const fromMs = clock.nowMs()
    this.#blocked = true
    this.#stops++
    this.#log.record(by, { did: 'stopped', via, reason })
    const healed = await this.#roster.healAll('stop')
    await this.#allReady()
    const { looked, left } = await this.leftovers()
    const proof = { tookMs: Math.round(clock.nowMs() - fromMs), healed, looked, left }
    this.#log.record(theConsole, { did: 'proved', ...proof, looked: [...looked], left: [...left] })
    return proof
  }

  /** @throws {Refusal} where nothing is stopped. */
  release(by: Person, reason: string): void {
    if (!this.#state.blocking) throw new Refusal('invalid', ['nothing is stopped'])
    this.#log.record(by, { did: 'released', reason })
    this.#blocked = false
  }

  leftovers(): Promise<Leftovers> {
    const { system, ledgerFile } = this.#running
    return findLeftovers(system.links, ledgerFile, this.#state)
  }

  /** @throws {Refusal} once the day is closed, and while all is stopped. */
  demandOpen(): void {
    if (this.#state.closedMs !== undefined) throw new Refusal('closed', ['the day is closed'])
    if (this.#blocked) throw new Refusal('stopped', ['everything is stopped until it is released'])
  }

  /** Heals what is in force, for the last time. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#blocked = true
    this.#stops++
    await this.#roster.healAll('end')
  }

  get #state(): DayState {
    return this.#running.state
  }

  /** A process that was started again is healed when it answers; the proof names one that does not. */
  async #allReady(): Promise<void> {
    const { clock, signal } = this.#running.context
    const untilMs = clock.nowMs() + readyWithinMs
    while (startingOf(this.#state).length > 0 && clock.nowMs() < untilMs && !signal.aborted)
      await clock.sleep(20, signal).catch(() => {})
  }

  #demandInForce(strike: number): void {
    if (!this.#roster.has(strike)) throw new Refusal('not-found', [`${strike} is not in force`])
  }

  async #strike(
    by: Person,
    { form, part, settings, leaseSeconds, plan }: Inject,
    despite: readonly string[],
    step?: number,
  ): Promise<number> {
    this.demandOpen()
    const { day } = this.#running
    const fault = faultOf(day, { form, part, settings })
    const family = day.forms.find(({ name }) => name === form)?.family ?? ''
    const strike = ++this.#lastStrike
    const leaseMs = fault.kind === 'lasting' ? 1_000 * leaseSeconds : undefined
    const { label, kind } = fault
    const card = this.#state.cards.at(-1)?.card
    this.#log.record(by, {
      did: 'injected',
      ...{ strike, form, part, settings, label, family, kind, despite: [...despite] },
      ...(leaseMs !== undefined && { leaseMs }),
      ...(card !== undefined && { card }),
      ...(plan !== undefined && { plan }),
      ...(step !== undefined && { step }),
    })
    await this.#roster.inject(strike, fault, leaseMs)
    return strike
  }

  /** The further steps of a ramp: each is made before the one below it is healed. */
  async #climb(by: Person, asked: Inject, first: number): Promise<void> {
    const { ramp } = asked
    if (!ramp) return
    const { clock } = this.#running.context
    const stops = this.#stops
    let below = first
    for (let step = 2; step <= ramp.steps; step++) {
      await clock.sleep(1_000 * ramp.stepSeconds, this.#over.signal).catch(() => {})
      if (stops !== this.#stops || !this.#roster.has(below)) return
      const settings = settingsOfStep(asked.settings, ramp, step)
      const next = await this.#strike(by, { ...asked, settings }, [], step).catch(() => undefined)
      if (next === undefined) return
      await this.#roster.heal(below, 'ramp')
      below = next
    }
  }
}
