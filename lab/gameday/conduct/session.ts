import { createHash } from 'node:crypto'
import type { Sample } from '../../journal/sample.ts'
import type { DayState, Stop } from '../record/day-state.ts'
import type { Action } from './action.ts'
import { CrewLog } from './crew-log.ts'
import { lookAround } from './look-around.ts'
import type { Person } from './person.ts'
import type { Preflight } from './preflight.ts'
import { Refusal } from './refusal.ts'
import { Runner } from './runner.ts'
import type { RunningDay } from './running-day.ts'
import { Sampler } from './sampler.ts'
import { saveExperiment } from './save-experiment.ts'
import { type Proof, Strikes } from './strikes.ts'

type Of<Do extends Action['do']> = Extract<Action, { do: Do }>

/** What people do to a day. All that it keeps it keeps in the journal, and reads back from there. */
export class Session {
  readonly running: RunningDay
  readonly #log: CrewLog
  readonly #sampler: Sampler
  readonly #strikes: Strikes
  readonly #runner: Runner
  readonly #over = new AbortController()

  constructor(running: RunningDay) {
    this.running = running
    this.#log = new CrewLog(running.journal)
    this.#sampler = new Sampler(running)
    this.#strikes = new Strikes(running, this.#sampler, this.#log)
    this.#runner = new Runner(running.root, (by, act) => this.#log.record(by, act))
  }

  get state(): DayState {
    return this.running.state
  }

  get samples(): readonly Sample[] {
    return this.#sampler.samples
  }

  /** Measures, ends leases and makes a sample each second; until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.#over.signal])
    await Promise.all([this.#strikes.watch(over), this.#sampler.watch(over)])
  }

  join(who: Person): void {
    this.#log.record(who, { did: 'joined' })
  }

  preview(filled: Of<'preview'>): Promise<Preflight> {
    return this.#strikes.preview(filled)
  }

  /** Resolves to the injection's number as soon as it is in force. @throws {Refusal} */
  inject(by: Person, asked: Of<'inject'>): Promise<number> {
    return this.#strikes.inject(by, asked)
  }

  /** @throws {Refusal} for what is not in force. */
  async heal(by: Person, strike: number): Promise<void> {
    await this.#strikes.heal(strike)
    const text = `healed ${strike}`
    this.#log.record(by, { did: 'noted', note: this.#log.id('note'), type: 'fact', text })
  }

  /** @throws {Refusal} for what is not in force. */
  extend(by: Person, strike: number, leaseMs: number): void {
    this.#strikes.extend(strike, leaseMs)
    this.#log.record(by, { did: 'extended', strike, leaseMs })
  }

  /** Heals everything and lets nothing new be injected until it is released. Resolves with the proof. */
  stop(by: Person, via: Stop['via'], reason: string): Promise<Proof> {
    return this.#strikes.stop(by, via, reason)
  }

  /** @throws {Refusal} where nothing is stopped. */
  release(by: Person, reason: string): void {
    this.#strikes.release(by, reason)
  }

  /** Resolves to the card's name. */
  expect(by: Person, { expectation }: Of<'expect'>): string {
    const seal = createHash('sha256').update(JSON.stringify(expectation)).digest('hex')
    const card = this.#log.id('card')
    this.#log.record(by, { did: 'expected', card, expectation, seal })
    return card
  }

  note(by: Person, { type, text, owner, due }: Of<'note'>): void {
    const more = { ...(owner && { owner }), ...(due && { due }) }
    this.#log.record(by, { did: 'noted', note: this.#log.id('note'), type, text, ...more })
  }

  notice(by: Person, believes: string): void {
    this.#log.record(by, { did: 'noticed', believes })
  }

  plan(by: Person, { title, experiment, fault }: Of<'plan'>): void {
    const more = { ...(experiment && { experiment }), ...(fault && { fault }) }
    this.#log.record(by, { did: 'planned', plan: this.#log.id('plan'), title, ...more })
  }

  /** @throws {Refusal} for what is not planned. */
  move(by: Person, { plan, state, found }: Of<'move'>): void {
    if (!this.state.plan.has(plan)) throw new Refusal('not-found', [`nothing planned is ${plan}`])
    this.#log.record(by, { did: 'moved', plan, state, ...(found && { found }) })
  }

  /** @throws {Refusal} for an unknown workload. */
  pace(by: Person, { workload, factor }: Of<'pace'>): void {
    const pace = this.running.paces.get(workload)
    if (!pace) throw new Refusal('not-found', [`there is no workload ${workload}`])
    pace.set(factor)
    this.#log.record(by, { did: 'paced', workload, factor })
  }

  /** Runs an experiment of the catalogue, on a system of its own. @throws {Refusal} */
  async run(by: Person, experiment: string): Promise<void> {
    this.#strikes.demandOpen()
    await this.#runner.start(by, experiment)
  }

  /** Resolves to the file of the experiment. @throws {Refusal} for an unknown injection. */
  async save(by: Person, strike: number): Promise<string> {
    const injected = this.state.injections.get(strike)
    if (!injected) throw new Refusal('not-found', [`there is no injection ${strike}`])
    const file = await saveExperiment(this.running.root, this.running.name, injected)
    this.#log.record(by, { did: 'saved', strike, file })
    return file
  }

  /** Whether all is normal again; what was looked at is in the journal. */
  async look(by: Person): Promise<boolean> {
    const findings = lookAround(this.state, await this.#strikes.leftovers())
    const normal = findings.every(({ ok }) => ok)
    this.#log.record(by, { did: 'looked', normal, findings: [...findings] })
    return normal
  }

  /** @throws {Refusal} while not all is normal again. */
  async close(by: Person): Promise<void> {
    if (this.state.closedMs !== undefined) throw new Refusal('closed', ['the day is closed'])
    if (!(await this.look(by))) {
      const red = this.state.looks.at(-1)?.findings.filter(({ ok }) => !ok) ?? []
      const reasons = red.map(({ what, detail }) => `${what}: ${detail}`)
      throw new Refusal('not-normal', reasons)
    }
    this.#log.record(by, { did: 'closed' })
  }

  rotated(by: Person, link: Of<'rotate'>['role']): void {
    this.#log.record(by, { did: 'rotated', link })
  }

  /** Heals what is in force, and ends what it has begun. */
  async end(): Promise<void> {
    this.#over.abort()
    await Promise.all([this.#runner.end(), this.#strikes.end()])
  }
}
