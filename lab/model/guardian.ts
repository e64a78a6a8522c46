import type { Killable, Pausable, Stoppable } from './capability.ts'
import type { Ledger } from './ledger.ts'

/** A server process to be started as a child of the guardian, in a process group of its own. */
export interface ProcessSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** stdout and stderr go here, appended. */
  readonly logFile: string
  /** Run as an unprivileged user when the lab is root (Postgres and MariaDB refuse root). */
  readonly unprivileged?: boolean
  /** Sent by `stop()`; default SIGTERM. SIGKILL follows after `stopWithinMs`, default 3000. */
  readonly stopSignal?: NodeJS.Signals
  readonly stopWithinMs?: number
}

export interface GuardedProcess extends Killable, Pausable, Stoppable, AsyncDisposable {
  /** Of the present incarnation, or of the last one when none runs. */
  readonly pid: number
  readonly running: boolean
  /** Resolves when the present incarnation has ended, by whatever cause. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /**
   * What resolves once it answers as it should, and rejects when it never will. Asked now and after
   * every restart; each time it resolves the journal is told that the process is ready.
   */
  readyWhen(probe: () => Promise<void>): Promise<void>
  /** SIGKILL to the whole process group and its descendants; resolves when they are gone. */
  kill(): Promise<void>
  /** The same command line again; kills it first when it runs. Awaits that it is ready, by its probe. */
  restart(): Promise<void>
  signal(signal: NodeJS.Signals): Promise<void>
  stop(): Promise<void>
}

/**
 * A process that outlives the lab: a session of its own, parent of every embedded server. It notices
 * the lab's death by the end of a pipe, plays the ledger's undos, kills what it started and removes
 * the scratch folder. Disposing it does the same in peace.
 */
export interface Guardian extends AsyncDisposable {
  readonly pid: number
  readonly ledger: Ledger
  /** Aborted when the guardian died before it was disposed: then nothing guards the run any more. */
  readonly lost: AbortSignal
  /** @throws {LabError} when the command cannot be run. */
  spawn(spec: ProcessSpec): Promise<GuardedProcess>
}
