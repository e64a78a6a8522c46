import type { Random } from '../base/random.ts'
import type { Port, Stage } from '../contracts/byte-stage.ts'
import type { ConnectionFacts, Ending } from '../contracts/connection.ts'
import type { End } from '../sockets/end.ts'
import type { TimerQueue } from '../time/timer-queue.ts'
import type { ActiveToxic } from './active-toxic.ts'
import type { PipeOwner } from './pipe-owner.ts'

/** What a stage needs of the pipe it is a part of. */
export interface StageHost {
  readonly connection: PipeOwner
  readonly source: End
  readonly sink: End
  /** Bytes that the last stage has passed. */
  send(data: Buffer): void
  /** The FIN that the last stage has passed. */
  finish(): void
  /** Counts bytes kept in memory; negative when they are let go. */
  hold(bytes: number): void
  /** The whole connection ends after this direction's FIN. */
  closeAfterEnd(): void
}

/** A toxic's place in a pipe: its stage, and the port through which the stage acts. */
export class ToxicStage implements Port {
  readonly toxic: ActiveToxic
  readonly connection: ConnectionFacts
  readonly random: Random
  readonly timers: TimerQueue
  readonly stage: Stage
  readonly healsSilently: boolean
  next: ToxicStage | undefined
  readonly #pipe: StageHost
  #landed = false
  #ended = false

  /** Undefined when the toxic does not act on bytes. */
  static open(toxic: ActiveToxic, pipe: StageHost): ToxicStage | undefined {
    const { bound } = toxic.settings
    return bound.level === 'bytes' ? new ToxicStage(toxic, pipe, bound.open) : undefined
  }

  private constructor(toxic: ActiveToxic, pipe: StageHost, open: (port: Port) => Stage) {
    const { connection } = pipe
    this.toxic = toxic
    this.healsSilently = toxic.healsSilently
    this.#pipe = pipe
    this.connection = { ...connection.facts, wasOpen: !connection.isNew }
    this.random = toxic.chance(connection.ordinal)
    this.timers = connection.timers
    this.stage = open(this)
  }

  get swallows(): boolean {
    return this.stage.swallows?.() ?? false
  }

  /** The toxic's removal takes nothing back here. */
  get staysSilently(): boolean {
    return this.healsSilently && this.swallows
  }

  pass(data: Buffer): void {
    if (this.#ended) return
    if (this.next) this.next.stage.chunk(data)
    else this.#pipe.send(data)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.next) this.next.stage.end()
    else this.#pipe.finish()
  }

  hold(bytes: number): void {
    this.#pipe.hold(bytes)
  }

  release(bytes: number): void {
    this.#pipe.hold(-bytes)
  }

  finish(): void {
    this.#pipe.closeAfterEnd()
    this.end()
  }

  close(how: Ending): void {
    this.landed(0)
    this.#pipe.connection.close(how)
  }

  orphanSink(): void {
    this.#pipe.connection.orphan(this.#pipe.source, this.#pipe.sink)
  }

  landed(bytes: number): void {
    this.toxic.landed.bytes += bytes
    if (this.#landed) return
    this.#landed = true
    this.toxic.landed.connections++
    this.#pipe.connection.noteToxic(this.toxic)
  }
}
