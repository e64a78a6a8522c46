import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { tagOf } from '../processes/process-marks.ts'
import { identify, isAlive, type ProcessId } from '../processes/process-table.ts'
import { killTree, pauseTree, resumeTree, send } from '../processes/process-tree.ts'
import { unprivilegedUser } from '../processes/unprivileged.ts'
import type { SpawnSpec } from './protocol.ts'

export interface Exit {
  readonly incarnation: number
  readonly code: number | null
  readonly signal: string | null
}

/** A server as the guardian, its parent, holds it: one command line, started again and again. */
export class GuardedServer {
  readonly spec: SpawnSpec
  readonly #ledgerFile: string
  readonly #scratchFolder: string
  readonly #clock: Clock
  readonly #onExit: (exit: Exit) => void
  #process: ProcessId | undefined

  constructor(
    spec: SpawnSpec,
    run: { readonly ledgerFile: string; readonly scratchFolder: string },
    clock: Clock,
    onExit: (exit: Exit) => void,
  ) {
    this.spec = spec
    this.#ledgerFile = run.ledgerFile
    this.#scratchFolder = run.scratchFolder
    this.#clock = clock
    this.#onExit = onExit
  }

  get stopSignal(): NodeJS.Signals {
    return (this.spec.stopSignal ?? 'SIGTERM') as NodeJS.Signals
  }

  /** @throws {Error} when the command cannot be run. */
  async start(incarnation: number): Promise<ProcessId> {
    const log = await open(this.spec.logFile, 'a')
    try {
      const child = this.#spawn(log.fd)
      child.on('exit', (code, signal) => this.#onExit({ incarnation, code, signal }))
      await once(child, 'spawn')
      this.#process = identify(child.pid ?? 0)
      return this.#process
    } finally {
      await log.close()
    }
  }

  #spawn(logFd: number): ChildProcess {
    const { command, args, cwd, env, unprivileged } = this.spec
    return spawn(command, args, {
      // Below the scratch folder by default: that too helps to tell whose process it is.
      cwd: cwd ?? this.#scratchFolder,
      env: { ...process.env, ...env, ...tagOf(this.#ledgerFile) },
      detached: true,
      stdio: ['ignore', logFd, logFd],
      ...(unprivileged ? unprivilegedUser() : undefined),
    })
  }

  async kill(): Promise<void> {
    if (!this.#process) return
    const left = await killTree([this.#process], this.#clock)
    if (left.length > 0) throw new Error(`${this.spec.name} is still alive after SIGKILL.`)
  }

  async stop(): Promise<void> {
    if (!this.#process) return
    const deadline = this.#clock.nowMs() + (this.spec.stopWithinMs ?? 3_000)
    // A frozen process hears nothing until it goes on.
    resumeTree(this.#process)
    send(this.#process, this.stopSignal)
    while (isAlive(this.#process) && this.#clock.nowMs() < deadline) await this.#clock.sleep(5)
    await this.kill()
  }

  async restart(incarnation: number): Promise<ProcessId> {
    await this.kill()
    return this.start(incarnation)
  }

  async pause(): Promise<void> {
    await pauseTree(this.#alive(), this.#clock)
  }

  resume(): void {
    if (this.#process) resumeTree(this.#process)
  }

  signal(signal: NodeJS.Signals): void {
    send(this.#alive(), signal)
  }

  #alive(): ProcessId {
    if (!this.#process || !isAlive(this.#process))
      throw new Error(`${this.spec.name} is not running.`)
    return this.#process
  }
}
