import type { Direction } from '../contracts/connection.ts'
import type { End, Reader } from '../sockets/end.ts'
import type { ActiveToxic } from './active-toxic.ts'
import type { PipeOwner } from './pipe-owner.ts'
import { type StageHost, ToxicStage } from './toxic-stage.ts'

/**
 * The most bytes a direction keeps in its toxics. Past it the source is not read until half is
 * gone; what one read may add on top is 256 KiB, and as much again may wait in the sink's socket.
 */
export const HELD_LIMIT = 4 * 1024 * 1024

/** Stands before the byte toxics and tells messages apart. */
export interface PipeInterceptor {
  /** It forwards the bytes itself. Else they have gone on before it sees them. */
  readonly control: boolean
  push(chunk: Buffer): void
  /** The source said FIN; in control it calls `forwardEnd` itself. */
  end(): void
}

/** One direction of a connection: from the source through the toxics to the sink. */
export class Pipe implements Reader, StageHost {
  readonly direction: Direction
  readonly connection: PipeOwner
  readonly source: End
  readonly sink: End
  /** Absent where nobody reads messages. */
  interceptor: PipeInterceptor | undefined
  received = 0
  sent = 0
  #stages: readonly ToxicStage[] = []
  /** First of the stages; absent on the fast path. */
  #head: ToxicStage | undefined
  #held = 0
  #heldBack: Pipe | undefined
  #blocked = false
  #full = false
  #isHeldBack = false
  #paused = false
  #closeAfterEnd = false
  #destroyed = false

  constructor(direction: Direction, connection: PipeOwner, source: End, sink: End) {
    this.direction = direction
    this.connection = connection
    this.source = source
    this.sink = sink
    sink.drained = () => {
      this.#blocked = false
      this.#regulate()
    }
  }

  read(chunk: Buffer, borrowed: boolean): void {
    this.received += chunk.length
    const { interceptor } = this
    if (this.#head || interceptor?.control) {
      this.#inspect(borrowed ? Buffer.from(chunk) : chunk)
      return
    }
    this.send(chunk)
    // Parsers copy what they keep, so a borrowed chunk will do.
    interceptor?.push(chunk)
  }

  ended(): void {
    this.connection.sourceEnded(this.source)
    this.interceptor?.end()
    if (!this.interceptor?.control) this.forwardEnd()
  }

  get held(): number {
    return this.#held
  }

  /** What the source says, and its end, reaches nobody. */
  get swallows(): boolean {
    return this.#stages.some(stage => stage.swallows)
  }

  get toxics(): readonly ActiveToxic[] {
    return this.#stages.map(stage => stage.toxic)
  }

  /** Into the byte toxics, or past them where there are none. */
  forward(data: Buffer): void {
    if (this.#head) this.#head.stage.chunk(data)
    else this.send(data)
  }

  forwardEnd(): void {
    if (this.#head) this.#head.stage.end()
    else this.finish()
  }

  /** The end of the chain: bytes for the sink. */
  send(data: Buffer): void {
    const { socket } = this.sink
    if (socket.writableEnded || socket.destroyed) return
    this.sent += data.length
    if (this.sink.write(data)) return
    this.#blocked = true
    this.#regulate()
  }

  /** The end of the chain: the sink gets its FIN. */
  finish(): void {
    if (!this.sink.socket.writableEnded) this.sink.socket.end()
    if (this.#closeAfterEnd) this.connection.close('fin')
  }

  hold(bytes: number): void {
    this.#held += bytes
    this.#regulate()
  }

  /** Back-pressure on the other direction too: while this pipe is full, `other` is not read. */
  holdBack(other: Pipe): void {
    if (this.#heldBack === other) return
    this.#heldBack = other
    other.setHeldBack(this.#full)
  }

  /** While held back the source is not read, however little is held here. */
  setHeldBack(isHeldBack: boolean): void {
    this.#isHeldBack = isHeldBack
    this.#regulate()
  }

  closeAfterEnd(): void {
    this.#closeAfterEnd = true
  }

  /**
   * Makes the chain these toxics, in this order; those that stay keep what they hold. Before them
   * stands what toxics that are gone have left behind.
   */
  use(toxics: readonly ActiveToxic[]): void {
    const inForce = new Set(toxics)
    const leaving = this.#stages.filter(({ toxic }) => !inForce.has(toxic))
    const stages: ToxicStage[] = []
    for (const each of leaving) {
      if (each.staysSilently) stages.push(each)
      else each.stage.detach()
    }
    // What a toxic does when it goes may end the connection.
    if (this.#destroyed) return
    const staying = new Map(this.#stages.map(stage => [stage.toxic, stage]))
    for (const toxic of toxics) {
      const stage = staying.get(toxic) ?? ToxicStage.open(toxic, this)
      if (stage) stages.push(stage)
    }
    this.#stages = stages
    this.#head = stages[0]
    for (const [index, stage] of stages.entries()) stage.next = stages[index + 1]
  }

  updated(toxic: ActiveToxic): void {
    this.#stages.find(stage => stage.toxic === toxic)?.stage.updated?.()
  }

  destroy(): void {
    this.#destroyed = true
    for (const { stage } of this.#stages) stage.destroy?.()
    this.#stages = []
    this.#head = undefined
    this.#held = 0
  }

  #inspect(chunk: Buffer): void {
    const interceptor = this.interceptor
    if (!interceptor?.control) this.forward(chunk)
    interceptor?.push(chunk)
  }

  #regulate(): void {
    const limit = this.#full ? HELD_LIMIT / 2 : HELD_LIMIT
    const full = this.#blocked || this.#held > limit
    if (full !== this.#full) {
      this.#full = full
      this.#heldBack?.setHeldBack(full)
    }
    const pause = full || this.#isHeldBack
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.source.pause()
    else this.source.resume()
  }
}
