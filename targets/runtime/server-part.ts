import type { LabError } from '../../lab/base/errors.ts'
import type { Killable, Pausable, Stoppable } from '../../lab/model/capability.ts'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Containers } from '../containers/containers.ts'
import type { AttachedSystem } from '../external/attached-system.ts'
import { notReady } from './not-ready.ts'

/** What starting a server takes of a run. */
export type ServerContext = Pick<
  Context,
  'scratchFolder' | 'runFolder' | 'clock' | 'guardian' | 'signal' | 'progress'
> & {
  /** Servers are started in these; default: as processes of this machine. */
  readonly containers?: Containers
  /** They run already: they are found in this, and none is started. */
  readonly attached?: AttachedSystem
}

const startWithinMs = 30_000
const pollMs = 10

/** A guarded process that is a server: started again, it is awaited until it answers. */
export class ServerPart implements Killable, Pausable, Stoppable, AsyncDisposable {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly logFile: string
  readonly process: GuardedProcess
  readonly #context: ServerContext
  /** Rejects while the server does not answer as it should. */
  readonly #probe: () => Promise<void>

  constructor(
    context: ServerContext,
    process: GuardedProcess,
    at: { readonly host?: string; readonly port: number; readonly logFile: string },
    probe: () => Promise<void>,
  ) {
    this.name = process.name
    this.host = at.host ?? '127.0.0.1'
    this.port = at.port
    this.logFile = at.logFile
    this.process = process
    this.#context = context
    this.#probe = probe
  }

  get processId(): string {
    return this.process.processId
  }

  get undoKill(): Undo {
    return this.process.undoKill
  }

  get undoPause(): Undo {
    return this.process.undoPause
  }

  kill(): Promise<void> {
    return this.process.kill()
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  restart(): Promise<void> {
    return this.process.restart()
  }

  pause(): Promise<void> {
    return this.process.pause()
  }

  resume(): Promise<void> {
    return this.process.resume()
  }

  /** @throws {LabError} `server-not-ready` when it ends, or does not answer in time. */
  ready(): Promise<void> {
    return this.process.readyWhen(() => this.#answers())
  }

  async #answers(): Promise<void> {
    const { clock, signal } = this.#context
    const deadline = clock.nowMs() + startWithinMs
    for (;;) {
      signal.throwIfAborted()
      const reason = await this.#probe().then(
        () => undefined,
        (error: unknown) => error,
      )
      if (reason === undefined) return
      if (!this.process.running || clock.nowMs() > deadline) throw this.#notReady(reason)
      await clock.sleep(pollMs, signal)
    }
  }

  #notReady(reason: unknown): LabError {
    const { name, host, port, logFile } = this
    const waitedMs = this.process.running ? startWithinMs : undefined
    return notReady({ name, host, port, logFile, waitedMs, reason })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]()
  }
}
