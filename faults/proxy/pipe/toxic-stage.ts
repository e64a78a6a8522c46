import type { Random } from '../base/random.ts'
import type { ConnectionFacts, Ending, Port, Stage } from '../contracts/toxic.ts'
import type { Deadlines } from '../time/timer-queue.ts'
import type { ActiveToxic } from './active-toxic.ts'
import type { Flow } from './pipe.ts'

/** A toxic's place in a flow: its stage, and the port through which the stage acts. */
export class Slot implements Port {
  readonly toxic: ActiveToxic
  readonly connection: ConnectionFacts
  readonly random: Random
  readonly deadlines: Deadlines
  readonly stage: Stage
  next: Slot | undefined
  readonly #flow: Flow
  #landed = false
  #ended = false

  /** Undefined when the toxic does not act on bytes. */
  static open(toxic: ActiveToxic, flow: Flow): Slot | undefined {
    const { bound } = toxic.settings
    return bound.level === 'bytes' ? new Slot(toxic, flow, bound.open) : undefined
  }

  private constructor(toxic: ActiveToxic, flow: Flow, open: (port: Port) => Stage) {
    const { connection } = flow
    this.toxic = toxic
    this.#flow = flow
    this.connection = { ...connection.facts, wasOpen: !connection.isNew }
    this.random = toxic.chance(connection.ordinal)
    this.deadlines = connection.deadlines
    this.stage = open(this)
  }

  pass(data: Buffer): void {
    if (this.#ended) return
    if (this.next) this.next.stage.chunk(data)
    else this.#flow.send(data)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.next) this.next.stage.end()
    else this.#flow.finish()
  }

  hold(bytes: number): void {
    this.#flow.hold(bytes)
  }

  release(bytes: number): void {
    this.#flow.hold(-bytes)
  }

  finish(): void {
    this.#flow.closeAfterEnd()
    this.end()
  }

  close(how: Ending): void {
    this.landed(0)
    this.#flow.connection.close(how)
  }

  orphanSink(): void {
    this.#flow.connection.orphan(this.#flow.source, this.#flow.sink)
  }

  landed(bytes: number): void {
    this.toxic.landed.bytes += bytes
    if (this.#landed) return
    this.#landed = true
    this.toxic.landed.connections++
    this.#flow.connection.noteToxic(this.toxic)
  }
}
