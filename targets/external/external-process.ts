import type { Clock } from '../../lab/base/clock.ts'
import { inTime } from '../../lab/base/deadline.ts'
import { LabError, messageOf } from '../../lab/base/errors.ts'
import { ProcessRecord } from '../../lab/guardian/process-record.ts'
import type { Recorder } from '../../lab/journal/journal.ts'
import { demandListed } from '../../lab/model/external/allow-list.ts'
import type { ExternalSystem } from '../../lab/model/external/external-system.ts'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import { ownContainers } from '../containers/container-undo.ts'
import type { Control, Incarnation } from './control.ts'
import { attachedParts, keyOf } from './undo-external.ts'

type Exit = Awaited<GuardedProcess['exited']>
type Action = 'kill' | 'stop' | 'start' | 'pause' | 'resume'

/** What runs already answers at once; the rest is for a busy machine. */
const answerWithinMs = 8_000
const endWithinMs = 20_000
const startWithinMs = 30_000
const lookEveryMs = 100

export interface ExternalProcessPlan {
  readonly name: string
  /** Undefined for a part whose process is not described. */
  readonly control: Control | undefined
  readonly external: ExternalSystem
  readonly recorder: Recorder | undefined
  readonly clock: Clock
  /** Where its log is copied to. */
  readonly logFile: string
}

/**
 * A process that ran before the lab came, with the words that the journal has for processes. It is hurt
 * only where the list allows it, only as it is described, and never ended by being disposed.
 */
export class ExternalProcess implements GuardedProcess {
  readonly name: string
  readonly #plan: ExternalProcessPlan
  readonly #record: ProcessRecord
  readonly #over = new AbortController()
  #now: Incarnation | undefined
  #count = 0
  #exit = Promise.withResolvers<Exit>()
  #probe: (() => Promise<void>) | undefined
  #ready = Promise.resolve()
  #watching = Promise.resolve()

  private constructor(plan: ExternalProcessPlan) {
    this.name = plan.name
    this.#plan = plan
    this.#record = new ProcessRecord(plan.recorder, plan)
  }

  /** @throws {LabError} `not-running` for one that is described, and does not run. */
  static async attach(plan: ExternalProcessPlan): Promise<ExternalProcess> {
    const process = new ExternalProcess(plan)
    const { control, external, name } = plan
    if (!control) return process
    const found = await control.look()
    if (!found) throw notRunning(plan)
    process.#begin(found)
    if (external.onlyLooks) return process
    attachedParts.set(keyOf(external.file, name), process)
    if (control.container !== undefined) ownContainers.set(control.container, process)
    process.#watching = process.#watch(control)
    return process
  }

  get pid(): number {
    return this.#now?.pid ?? 0
  }

  get processId(): string {
    return this.#now?.id ?? `${this.name}@${this.#plan.external.file}`
  }

  get running(): boolean {
    return this.#plan.control === undefined || this.#now !== undefined
  }

  get exited(): Promise<Exit> {
    return this.#exit.promise
  }

  get undoKill(): Undo {
    this.#can('kill')
    return this.#can('start').undo('start', this.#now)
  }

  get undoPause(): Undo {
    this.#can('pause')
    return this.#can('resume').undo('resume', this.#now)
  }

  async readyWhen(probe: () => Promise<void>): Promise<void> {
    this.#probe = probe
    this.#awaitReady()
    const { clock, external } = this.#plan
    await inTime(`${this.name} to answer`, answerWithinMs, this.#ready, clock).catch(
      (cause: unknown) => {
        throw notAnswering(this.name, external.file, cause)
      },
    )
  }

  async kill(): Promise<void> {
    await this.#end('kill')
  }

  async stop(): Promise<void> {
    await this.#end('stop')
  }

  async signal(): Promise<void> {
    throw notDescribed(this.#plan, 'a way to send any signal')
  }

  async pause(): Promise<void> {
    const { pause } = this.#can('pause')
    if (this.#now) await pause?.(this.#now)
    this.#record.tell('paused')
  }

  async resume(): Promise<void> {
    await this.goOn()
  }

  async goOn(): Promise<void> {
    const { resume } = this.#can('resume')
    if (!this.#now) return
    await resume?.(this.#now)
    this.#record.tell('resumed')
  }

  async restart(): Promise<void> {
    await this.startAgain()
    await this.#ready
  }

  /** Ends it first when it runs; does not wait until it is ready. */
  async startAgain(): Promise<void> {
    const { start } = this.#can('start')
    if (this.#now) await this.#end(this.#plan.control?.kill ? 'kill' : 'stop')
    await start?.()
    await this.#until(() => this.#now !== undefined, `${this.name} to run again`, startWithinMs)
  }

  /** Looks away: whatever runs goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    const { control, external } = this.#plan
    attachedParts.delete(keyOf(external.file, this.name))
    if (control?.container !== undefined) ownContainers.delete(control.container)
    await this.#watching
  }

  async #end(action: 'kill' | 'stop'): Promise<void> {
    const end = this.#can(action)[action]
    const ending = this.#now
    if (!ending) return
    this.#record.ask()
    await end?.(ending)
    await this.#until(() => this.#now?.id !== ending.id, `${this.name} to end`, endWithinMs)
  }

  /** @throws {LabError} where the list, or the description, does not offer it. */
  #can(action: Action): Control {
    const { external, control, name } = this.#plan
    if (action !== 'start' && action !== 'resume')
      demandListed(external, `${action} of ${name}`, name)
    if (control?.[action] === undefined) throw notDescribed(this.#plan, action)
    return control
  }

  /** The only one that says what runs: whoever acts waits until it was seen. */
  async #watch(control: Control): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      const found = await control.look().catch(() => this.#now)
      if (found?.id !== this.#now?.id) {
        if (this.#now) this.#finish(null)
        if (found) this.#begin(found)
      }
      const code = found
        ? await control.ended(found, signal).catch(() => null)
        : await this.#plan.clock.sleep(lookEveryMs, signal).catch(() => null)
      const after = found && !signal.aborted && (await control.look().catch(() => found))
      if (found && !signal.aborted && after?.id !== found.id) this.#finish(code ?? null)
    }
  }

  #begin(found: Incarnation): void {
    this.#now = found
    this.#exit = Promise.withResolvers<Exit>()
    this.#record.spawned(++this.#count, found.pid)
    this.#awaitReady()
  }

  #finish(code: number | null): void {
    if (!this.#now) return
    this.#now = undefined
    const exit = { code, signal: null }
    this.#record.exited({ ...exit, incarnation: this.#count })
    this.#exit.resolve(exit)
  }

  #awaitReady(): void {
    if (!this.#probe) return
    this.#ready = this.#probe().then(() => {
      if (this.#plan.control) this.#record.tell('ready')
    })
    this.#ready.catch(() => {})
  }

  async #until(isSo: () => boolean, what: string, withinMs: number): Promise<void> {
    const { clock } = this.#plan
    const over = new AbortController()
    const looking = async () => {
      while (!isSo()) await clock.sleep(20, over.signal)
    }
    await inTime(what, withinMs, looking(), clock).finally(() => over.abort())
  }
}

function notRunning({ name, external }: ExternalProcessPlan): LabError {
  return new LabError(
    {
      code: 'not-running',
      expected: `${name} to run, as external.parts.${name}.process in ${external.file} says`,
      found: 'it does not',
      why: 'A process that is away cannot be hurt, and its end would not be seen.',
      next: 'Start it, or correct how its process is found.',
    },
    'unable',
  )
}

function notAnswering(name: string, file: string, cause: unknown): LabError {
  return new LabError(
    {
      code: 'not-answering',
      expected: `${name} to answer at external.parts.${name}.url in ${file}`,
      found: messageOf(cause).split('\n').join(' '),
      why: 'What runs already must be well before it is hurt.',
      next: 'Start it, or correct its address.',
      cause,
    },
    'unable',
  )
}

function notDescribed({ name, external }: ExternalProcessPlan, action: string): LabError {
  return new LabError(
    {
      code: 'not-described',
      expected: `external.parts.${name}.process in ${external.file} to offer ${action}`,
      found: 'nothing that does it',
      why: 'What the lab did not start it can only end and start as it is told.',
      next: `Describe it (container, pidFile with start, or commands), or leave ${name}'s process alone.`,
    },
    'usage',
  )
}
