import { LabError, messageOf } from '../base/errors.ts'
import { learnSecrets } from '../base/secrets.ts'
import type { Recorder } from '../journal/journal.ts'
import type { GuardedProcess, ProcessSpec } from '../model/guardian.ts'
import type { Undo } from '../model/ledger.ts'
import type { ProcessId } from '../processes/process-table.ts'
import { resumeTree } from '../processes/process-tree.ts'
import type { GuardianCalls } from './calls.ts'
import { guardedProcesses } from './guarded-processes.ts'
import type { Exit } from './guarded-server.ts'
import { ProcessRecord } from './process-record.ts'
import { undoOf } from './undo-process.ts'

/** What all handles of a run share. */
interface Guarding {
  readonly calls: GuardianCalls
  readonly runId: string
  readonly recorder: Recorder | undefined
}

/** Signals after which nobody is surprised that a process is gone. */
const endings: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGKILL',
  'SIGABRT',
])

/** A server as the lab holds it, through its guardian. */
export class GuardedHandle implements GuardedProcess {
  readonly name: string
  readonly #calls: GuardianCalls
  readonly #server: number
  readonly #key: string
  readonly #stopWithinMs: number
  readonly #record: ProcessRecord
  readonly #exits: PromiseWithResolvers<Exit>[] = []
  #process: ProcessId = { pid: 0, startedAt: '' }
  #running = 0
  #probe: (() => Promise<void>) | undefined
  #ready = Promise.resolve()

  private constructor({ calls, runId, recorder }: Guarding, server: number, spec: ProcessSpec) {
    this.name = spec.name
    this.#calls = calls
    this.#server = server
    // The number tells two servers of one name apart.
    this.#key = `${runId}/${server}/${spec.name}`
    this.#stopWithinMs = spec.stopWithinMs ?? 0
    this.#record = new ProcessRecord(recorder, spec)
    calls.onExit(server, exit => {
      if (exit.incarnation === this.#running) this.#running = 0
      if (calls.finished) this.#record.ask()
      this.#record.exited(exit)
      this.#exits[exit.incarnation - 1]?.resolve(exit)
    })
  }

  static async start(
    guarding: Guarding,
    server: number,
    spec: ProcessSpec,
  ): Promise<GuardedProcess> {
    learnSecrets({ ...spec.env, arguments: spec.args.join(' ') })
    const handle = new GuardedHandle(guarding, server, spec)
    try {
      await handle.#begin(incarnation => ({
        do: 'spawn',
        server,
        incarnation,
        spec: { ...spec, args: [...spec.args] },
      }))
    } catch (cause) {
      throw cause instanceof LabError ? cause : notStarted(spec, cause)
    }
    guardedProcesses.set(handle.#key, handle)
    return handle
  }

  get pid(): number {
    return this.#process.pid
  }

  get processId(): string {
    return `${this.#process.pid}@${this.#process.startedAt}`
  }

  get running(): boolean {
    return this.#running > 0
  }

  get exited(): Promise<Exit> {
    return (this.#exits.at(-1) ?? Promise.withResolvers<Exit>()).promise
  }

  get undoKill(): Undo {
    return undoOf({ action: 'start', server: this.#key })
  }

  get undoPause(): Undo {
    return undoOf({ action: 'resume', server: this.#key, process: this.#process })
  }

  readyWhen(probe: () => Promise<void>): Promise<void> {
    this.#probe = probe
    this.#awaitReady()
    return this.#ready
  }

  async kill(): Promise<void> {
    this.#record.ask()
    await this.#calls.call({ do: 'kill', server: this.#server })
    this.#running = 0
  }

  async restart(): Promise<void> {
    await this.startAgain()
    await this.#ready
  }

  async startAgain(): Promise<void> {
    this.#record.ask()
    await this.#begin(incarnation => ({ do: 'restart', server: this.#server, incarnation }))
  }

  async stop(): Promise<void> {
    this.#record.ask()
    await this.#calls.call({ do: 'stop', server: this.#server }, this.#stopWithinMs)
    this.#running = 0
  }

  async pause(): Promise<void> {
    await this.#calls.call({ do: 'pause', server: this.#server })
    this.#record.tell('paused')
  }

  async resume(): Promise<void> {
    await this.#calls.call({ do: 'resume', server: this.#server })
    this.#record.tell('resumed')
  }

  goOn(frozen: ProcessId): void {
    resumeTree(frozen)
    this.#record.tell('resumed')
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    if (endings.has(signal)) this.#record.ask()
    await this.#calls.call({ do: 'signal', server: this.#server, signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    guardedProcesses.delete(this.#key)
    // A guardian that is gone has left nothing that could be stopped through it.
    if (!this.#calls.lost.aborted) await this.stop()
  }

  async #begin(
    request: (incarnation: number) => Parameters<GuardianCalls['call']>[0],
  ): Promise<void> {
    // Before the answer, since the exit of a process that ends at once may come first.
    const incarnation = this.#exits.push(Promise.withResolvers<Exit>())
    this.#running = incarnation
    try {
      const started = await this.#calls.call(request(incarnation))
      if (!started) return
      this.#process = started
      this.#record.spawned(incarnation, started.pid)
      this.#awaitReady()
    } catch (error) {
      this.#running = 0
      throw error
    }
  }

  /** Whoever asks is told how it went; after a restart that an undo made, nobody may ask. */
  #awaitReady(): void {
    if (!this.#probe) return
    this.#ready = this.#probe().then(() => this.#record.tell('ready'))
    this.#ready.catch(() => {})
  }
}

function notStarted(spec: ProcessSpec, cause: unknown): LabError {
  return new LabError({
    code: 'not-started',
    expected: `to start ${spec.name}`,
    found: messageOf(cause),
    why: 'the system under test needs it',
    next: `try it by hand: ${spec.command} ${spec.args.join(' ')}`,
    cause,
  })
}
