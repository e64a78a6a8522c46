import { createHash } from 'node:crypto'
import type { CrewAct } from '../../journal/crew.ts'
import type { Sample } from '../../journal/sample.ts'
import { faultOf } from '../../model/game-day.ts'
import type { DayState, Stop } from '../record/day-state.ts'
import type { Action } from './action.ts'
import { findLeftovers } from './leftovers.ts'
import { lookAround } from './look-around.ts'
import { type Person, theConsole } from './person.ts'
import { type Preflight, preflight } from './preflight.ts'
import { settingsOfStep } from './ramp.ts'
import { Refusal } from './refusal.ts'
import { Roster } from './roster.ts'
import { Runner } from './runner.ts'
import type { RunningDay } from './running-day.ts'
import { saveExperiment } from './save-experiment.ts'

type Of<Do extends Action['do']> = Extract<Action, { do: Do }>
type Inject = Of<'inject'>

/** So many samples, a second each, are kept for who opens the page. */
const keptSamples = 900

/** What people do to a day. All that it keeps it keeps in the journal, and reads back from there. */
export class Session {
  readonly running: RunningDay
  readonly roster: Roster<RunningDay['system']>
  readonly samples: Sample[] = []
  readonly #runner: Runner
  readonly #over = new AbortController()
  #lastStrike: number
  #lastId = 0
  /** Counted up by each stop: what was under way then must not go on. */
  #stops = 0
  #blocked: boolean

  constructor(running: RunningDay) {
    this.running = running
    const { injector, context, journal, state } = running
    this.roster = new Roster(injector, context.clock, (strike, why) =>
      this.#record(theConsole, { did: 'healed', strike, why }),
    )
    this.#runner = new Runner(running.root, (by, act) => this.#record(by, act))
    this.#lastStrike = Math.max(0, ...state.injections.keys())
    this.#lastId = journal.count
    this.#blocked = state.blocking !== undefined
  }

  get state(): DayState {
    return this.running.state
  }

  /** Measures, ends leases and makes a sample each second; until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.running.context
    const over = AbortSignal.any([signal, this.#over.signal])
    const sampling = async () => {
      while (!over.aborted) {
        await clock.sleep(1_000, over).catch(() => {})
        if (!over.aborted) this.#sample()
      }
    }
    await Promise.all([this.roster.watch(over), sampling()])
  }

  join(who: Person): void {
    this.#record(who, { did: 'joined' })
  }

  /** Each second a probe of the steady state is asked; the last answers are of before the fault. */
  async preview({
    form,
    part,
    settings,
  }: Pick<Inject, 'form' | 'part' | 'settings'>): Promise<Preflight> {
    const { day, system, context } = this.running
    const fault = faultOf(day, { form, part, settings })
    const recent = this.samples.slice(-5)
    return preflight(fault, system, context, { state: this.state, recent })
  }

  /** Resolves to the injection's number as soon as it is in force. @throws {Refusal} */
  async inject(by: Person, asked: Inject): Promise<number> {
    this.#demandOpen()
    const { findings } = await this.preview(asked)
    const against = findings.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`)
    if (against.length > 0 && !asked.anyway) {
      this.#record(by, { did: 'refused', what: `${asked.form} on ${asked.part}`, why: against })
      throw new Refusal('preflight', against)
    }
    if (asked.plan) this.#move(theConsole, asked.plan, 'running')
    if (!asked.ramp) return await this.#strike(by, asked, against)
    const first = await this.#strike(by, asked, against, 1)
    void this.#climb(by, asked, first)
    return first
  }

  async heal(by: Person, strike: number): Promise<void> {
    if (!this.roster.has(strike)) throw new Refusal('not-found', [`${strike} is not in force`])
    await this.roster.heal(strike, 'asked')
    this.#note(by, `healed ${strike}`)
  }

  extend(by: Person, strike: number, leaseMs: number): void {
    if (!this.roster.has(strike)) throw new Refusal('not-found', [`${strike} is not in force`])
    this.roster.extend(strike, leaseMs)
    this.#record(by, { did: 'extended', strike, leaseMs })
  }

  /**
   * Heals everything and lets nothing new be injected until it is released. Resolves with the proof;
   * asked twice it looks twice.
   */
  async stop(by: Person, via: Stop['via'], reason: string): Promise<NonNullable<Stop['proof']>> {
    const { clock } = this.running.context
    const fromMs = clock.nowMs()
    this.#blocked = true
    this.#stops++
    this.#record(by, { did: 'stopped', via, reason })
    const healed = await this.roster.healAll('stop')
    const { looked, left } = await this.#leftovers()
    const proof = { tookMs: Math.round(clock.nowMs() - fromMs), healed, looked, left }
    this.#record(theConsole, { did: 'proved', ...proof, looked: [...looked], left: [...left] })
    return proof
  }

  release(by: Person, reason: string): void {
    if (!this.state.blocking) throw new Refusal('invalid', ['nothing is stopped'])
    this.#record(by, { did: 'released', reason })
    this.#blocked = false
  }

  expect(by: Person, { expectation }: Of<'expect'>): string {
    const seal = createHash('sha256').update(JSON.stringify(expectation)).digest('hex')
    const card = this.#id('card')
    this.#record(by, { did: 'expected', card, expectation, seal })
    return card
  }

  note(by: Person, { type, text, owner, due }: Of<'note'>): void {
    const more = { ...(owner && { owner }), ...(due && { due }) }
    this.#record(by, { did: 'noted', note: this.#id('note'), type, text, ...more })
  }

  notice(by: Person, believes: string): void {
    this.#record(by, { did: 'noticed', believes })
  }

  plan(by: Person, { title, experiment, fault }: Of<'plan'>): void {
    const more = { ...(experiment && { experiment }), ...(fault && { fault }) }
    this.#record(by, { did: 'planned', plan: this.#id('plan'), title, ...more })
  }

  move(by: Person, { plan, state, found }: Of<'move'>): void {
    if (!this.state.plan.has(plan)) throw new Refusal('not-found', [`nothing planned is ${plan}`])
    this.#move(by, plan, state, found)
  }

  pace(by: Person, { workload, factor }: Of<'pace'>): void {
    const pace = this.running.paces.get(workload)
    if (!pace) throw new Refusal('not-found', [`there is no workload ${workload}`])
    pace.set(factor)
    this.#record(by, { did: 'paced', workload, factor })
  }

  /** Runs an experiment of the catalogue, on a system of its own. */
  async run(by: Person, experiment: string): Promise<void> {
    this.#demandOpen()
    await this.#runner.start(by, experiment)
  }

  async save(by: Person, strike: number): Promise<string> {
    const injected = this.state.injections.get(strike)
    if (!injected) throw new Refusal('not-found', [`there is no injection ${strike}`])
    const file = await saveExperiment(this.running.root, this.running.name, injected)
    this.#record(by, { did: 'saved', strike, file })
    return file
  }

  async look(by: Person): Promise<boolean> {
    const { looked, left } = await this.#leftovers()
    const findings = lookAround(this.state, { looked, left })
    const normal = findings.every(({ ok }) => ok)
    this.#record(by, { did: 'looked', normal, findings: [...findings] })
    return normal
  }

  /** @throws {Refusal} while not all is normal again. */
  async close(by: Person): Promise<void> {
    if (this.state.closedMs !== undefined) throw new Refusal('closed', ['the day is closed'])
    if (!(await this.look(by))) {
      const red = this.state.looks.at(-1)?.findings.filter(({ ok }) => !ok) ?? []
      throw new Refusal(
        'not-normal',
        red.map(({ what, detail }) => `${what}: ${detail}`),
      )
    }
    this.#record(by, { did: 'closed' })
  }

  rotated(by: Person, link: Of<'rotate'>['role']): void {
    this.#record(by, { did: 'rotated', link })
  }

  /** Heals what is in force, and ends what it has begun. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#blocked = true
    this.#stops++
    await this.#runner.end()
    await this.roster.healAll('end')
  }

  async #strike(
    by: Person,
    { form, part, settings, leaseSeconds, plan }: Inject,
    despite: readonly string[],
    step?: number,
  ): Promise<number> {
    this.#demandOpen()
    const { day } = this.running
    const fault = faultOf(day, { form, part, settings })
    const family = day.forms.find(({ name }) => name === form)?.family ?? ''
    const strike = ++this.#lastStrike
    const leaseMs = fault.kind === 'lasting' ? 1_000 * leaseSeconds : undefined
    const { label, kind } = fault
    const card = this.state.cards.at(-1)?.card
    this.#record(by, {
      did: 'injected',
      ...{ strike, form, part, settings, label, family, kind, despite: [...despite] },
      ...(leaseMs !== undefined && { leaseMs }),
      ...(card !== undefined && { card }),
      ...(plan !== undefined && { plan }),
      ...(step !== undefined && { step }),
    })
    await this.roster.inject(strike, fault, leaseMs)
    return strike
  }

  /** The further steps of a ramp: each is made before the one below it is healed. */
  async #climb(by: Person, asked: Inject, first: number): Promise<void> {
    const { ramp } = asked
    if (!ramp) return
    const stops = this.#stops
    let below = first
    for (let step = 2; step <= ramp.steps; step++) {
      await this.running.context.clock
        .sleep(1_000 * ramp.stepSeconds, this.#over.signal)
        .catch(() => {})
      if (stops !== this.#stops || !this.roster.has(below)) return
      const settings = settingsOfStep(asked.settings, ramp, step)
      const next = await this.#strike(by, { ...asked, settings }, [], step).catch(() => undefined)
      if (next === undefined) return
      await this.roster.heal(below, 'ramp')
      below = next
    }
  }

  #leftovers() {
    const { system, ledgerFile } = this.running
    return findLeftovers(system.links, ledgerFile, this.state)
  }

  #demandOpen(): void {
    if (this.state.closedMs !== undefined) throw new Refusal('closed', ['the day is closed'])
    if (this.#blocked) throw new Refusal('stopped', ['everything is stopped until it is released'])
  }

  #move(by: Person, plan: string, state: Of<'move'>['state'], found?: string): void {
    if (this.state.plan.has(plan))
      this.#record(by, { did: 'moved', plan, state, ...(found && { found }) })
  }

  #note(by: Person, text: string): void {
    this.#record(by, { did: 'noted', note: this.#id('note'), type: 'fact', text })
  }

  #id(what: string): string {
    return `${what}-${++this.#lastId}`
  }

  #sample(): void {
    const { journal, series } = this.running
    const sampled = series.sample()
    const { atMs } = journal.record({ kind: 'sample', ...sampled })
    this.samples.push({ atMs, ...sampled })
    if (this.samples.length > keptSamples) this.samples.shift()
  }

  #record({ name: by, role }: Person, act: CrewAct): void {
    this.running.journal.record({ kind: 'crew', by, role, act })
  }
}
