import type { Direction } from '../contracts/toxic.ts'
import type { Gate } from '../messages/interceptor.ts'
import type { Connection } from '../proxies/connection.ts'
import type { End, Reader } from '../sockets/end.ts'
import type { ActiveToxic } from './active-toxic.ts'
import { Slot } from './toxic-stage.ts'

/**
 * The most bytes a direction keeps in its toxics. Past it the source is not read until half is
 * gone; what one read may add on top is 256 KiB, and as much again may wait in the sink's socket.
 */
export const HELD_LIMIT = 4 * 1024 * 1024

/** One direction of a connection: from the source through the toxics to the sink. */
export class Flow implements Reader {
  readonly direction: Direction
  readonly connection: Connection
  readonly source: End
  readonly sink: End
  /** Where messages are told apart and judged, before the byte toxics. */
  gate: Gate | undefined
  received = 0
  sent = 0
  #slots: readonly Slot[] = []
  /** First of the slots; absent on the fast path. */
  #head: Slot | undefined
  #held = 0
  #feeder: Flow | undefined
  #blocked = false
  #full = false
  #dammed = false
  #paused = false
  #closeAfterEnd = false
  #destroyed = false

  constructor(direction: Direction, connection: Connection, source: End, sink: End) {
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
    const { gate } = this
    if (this.#head || gate?.control) {
      this.#inspect(borrowed ? Buffer.from(chunk) : chunk)
      return
    }
    this.send(chunk)
    // Parsers copy what they keep, so a borrowed chunk will do.
    gate?.push(chunk)
  }

  ended(): void {
    this.gate?.end()
    if (!this.gate?.control) this.forwardEnd()
  }

  get held(): number {
    return this.#held
  }

  get toxics(): readonly ActiveToxic[] {
    return this.#slots.map(slot => slot.toxic)
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

  /** What is read there is answered here from now on, so it stands still while this flow is full. */
  fedBy(feeder: Flow): void {
    if (this.#feeder === feeder) return
    this.#feeder = feeder
    feeder.dam(this.#full)
  }

  /** While shut the source is not read, however little is held. */
  dam(shut: boolean): void {
    this.#dammed = shut
    this.#regulate()
  }

  closeAfterEnd(): void {
    this.#closeAfterEnd = true
  }

  /** Makes the chain these toxics, in this order; those that stay keep what they hold. */
  use(toxics: readonly ActiveToxic[]): void {
    const leaving = this.#slots.filter(slot => !toxics.includes(slot.toxic))
    for (const slot of leaving) slot.stage.detach()
    // What a toxic does when it goes may end the connection.
    if (this.#destroyed) return
    const staying = new Map(this.#slots.map(slot => [slot.toxic, slot]))
    const slots: Slot[] = []
    for (const toxic of toxics) {
      const slot = staying.get(toxic) ?? Slot.open(toxic, this)
      if (slot) slots.push(slot)
    }
    this.#slots = slots
    this.#head = slots[0]
    for (const [index, slot] of slots.entries()) slot.next = slots[index + 1]
  }

  updated(toxic: ActiveToxic): void {
    this.#slots.find(slot => slot.toxic === toxic)?.stage.updated?.()
  }

  destroy(): void {
    this.#destroyed = true
    for (const slot of this.#slots) slot.stage.destroy?.()
    this.#slots = []
    this.#head = undefined
    this.#held = 0
  }

  #inspect(chunk: Buffer): void {
    const gate = this.gate
    if (!gate?.control) this.forward(chunk)
    gate?.push(chunk)
  }

  #regulate(): void {
    const limit = this.#full ? HELD_LIMIT / 2 : HELD_LIMIT
    const full = this.#blocked || this.#held > limit
    if (full !== this.#full) {
      this.#full = full
      this.#feeder?.dam(full)
    }
    const pause = full || this.#dammed
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.source.pause()
    else this.source.resume()
  }
}
