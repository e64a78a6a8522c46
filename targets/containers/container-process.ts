import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { ContainerRuntimeClient } from 'testcontainers'
import type { EngineAddress } from '../../lab/containers/ask-engine.ts'
import { ProcessRecord } from '../../lab/guardian/process-record.ts'
import type { Recorder } from '../../lab/journal/journal.ts'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import { containerUndo, ownContainers } from './container-undo.ts'
import type { ContainerPlan } from './containers.ts'

export type DockerClient = ContainerRuntimeClient['container']['dockerode']
type DockerContainer = ReturnType<DockerClient['getContainer']>
type Exit = Awaited<GuardedProcess['exited']> & { readonly incarnation: number }

/** Exit codes beyond are signals, as shells tell them. */
const signalled = 128
const signals: Readonly<Record<number, string>> = { 2: 'SIGINT', 9: 'SIGKILL', 15: 'SIGTERM' }

/** A server in a container, with the words that the journal has for processes. */
export class ContainerProcess implements GuardedProcess {
  readonly name: string
  readonly #container: DockerContainer
  readonly #address: EngineAddress
  readonly #plan: ContainerPlan
  readonly #record: ProcessRecord
  #incarnation = 0
  #running = false
  #identity = { pid: 0, startedAt: '' }
  #exited: Promise<Exit> = new Promise(() => {})
  #logs: Promise<unknown> = Promise.resolve()
  #probe: (() => Promise<void>) | undefined
  #ready = Promise.resolve()

  constructor(
    container: DockerContainer,
    address: EngineAddress,
    plan: ContainerPlan,
    recorder: Recorder | undefined,
  ) {
    this.name = plan.name
    this.#container = container
    this.#address = address
    this.#plan = plan
    this.#record = new ProcessRecord(recorder, plan)
    ownContainers.set(container.id, this)
  }

  get pid(): number {
    return this.#identity.pid
  }

  get processId(): string {
    return `${this.#container.id}@${this.#identity.startedAt}`
  }

  get running(): boolean {
    return this.#running
  }

  get exited(): Promise<Exit> {
    return this.#exited
  }

  get undoKill(): Undo {
    return this.#undo('start')
  }

  get undoPause(): Undo {
    return this.#undo('unpause')
  }

  readyWhen(probe: () => Promise<void>): Promise<void> {
    this.#probe = probe
    this.#awaitReady()
    return this.#ready
  }

  async kill(): Promise<void> {
    this.#record.ask()
    await this.#endedBy(() => this.#container.kill({ signal: 'SIGKILL' }))
  }

  async stop(): Promise<void> {
    this.#record.ask()
    const seconds = Math.ceil((this.#plan.stopWithinMs ?? 3_000) / 1_000)
    await this.#endedBy(() => this.#container.stop({ t: seconds }))
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') this.#record.ask()
    await this.#container.kill({ signal })
  }

  async pause(): Promise<void> {
    await this.#container.pause()
    this.#record.tell('paused')
  }

  async resume(): Promise<void> {
    await this.goOn()
  }

  async goOn(): Promise<void> {
    const { State } = await this.#container.inspect()
    if (!State.Paused) return
    await this.#container.unpause()
    this.#record.tell('resumed')
  }

  async restart(): Promise<void> {
    await this.startAgain()
    await this.#ready
  }

  /** Kills it first when it runs; does not wait until it is ready. */
  async startAgain(): Promise<void> {
    if (this.#running) await this.kill()
    await this.#container.start()
    await this.begun()
  }

  /** To be called when it has just been started: from now on its end and its log are followed. */
  async begun(): Promise<void> {
    const { State } = await this.#container.inspect()
    const incarnation = ++this.#incarnation
    this.#identity = { pid: State.Pid, startedAt: State.StartedAt }
    this.#running = true
    this.#record.spawned(incarnation, State.Pid)
    this.#logs = this.#followLog(incarnation === 1 ? 0 : Date.parse(State.StartedAt) / 1_000)
    this.#logs.catch(() => {})
    this.#exited = this.#awaitExit(incarnation)
    this.#exited.catch(() => {})
    this.#awaitReady()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    ownContainers.delete(this.#container.id)
    await this.stop()
    await this.#logs.catch(() => {})
  }

  #undo(action: 'start' | 'unpause'): Undo {
    return containerUndo({ address: this.#address, container: this.#container.id, action })
  }

  /** One that is not running, or gone with its run, has ended already. */
  async #endedBy(end: () => Promise<unknown>): Promise<void> {
    if (!this.#running) return
    await end().catch((error: unknown) => {
      if (!isGone(error)) throw error
    })
    await this.#exited
  }

  async #awaitExit(incarnation: number): Promise<Exit> {
    const status = await this.#status()
    const signal = signals[status - signalled] ?? null
    const exit = { incarnation, code: signal === null ? status : null, signal }
    if (incarnation === this.#incarnation) this.#running = false
    await this.#logs.catch(() => {})
    this.#record.exited(exit)
    return exit
  }

  async #status(): Promise<number> {
    try {
      const { StatusCode } = await this.#container.wait()
      return StatusCode
    } catch (error) {
      if (isGone(error)) return signalled + 9
      throw error
    }
  }

  /** Until the container ends, into the log of its name. */
  async #followLog(since: number): Promise<void> {
    const output = createWriteStream(this.#plan.logFile, { flags: 'a' })
    try {
      const stream = await this.#container.logs({ follow: true, stdout: true, stderr: true, since })
      this.#container.modem.demuxStream(stream, output, output)
      await finished(stream, { writable: false })
    } finally {
      output.end()
    }
  }

  #awaitReady(): void {
    if (!this.#probe) return
    this.#ready = this.#probe().then(() => this.#record.tell('ready'))
    this.#ready.catch(() => {})
  }
}

/** 304: it has ended; 404: it is removed; 409: it is not running, or being removed. */
function isGone(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return status === 304 || status === 404 || status === 409
}
