import type { MessageStage, Session } from '../contracts/message-stage.ts'
import type { Message } from '../contracts/protocol.ts'
import type { ActiveToxic } from '../pipe/active-toxic.ts'
import type { PipeOwner } from '../pipe/pipe-owner.ts'

/** A message toxic at work on one connection. */
export class MessageToxicInstance {
  readonly toxic: ActiveToxic
  readonly stage: MessageStage
  readonly #bothWays: boolean
  #landed = false

  /** Undefined when the toxic does not act on messages. */
  static open(
    toxic: ActiveToxic,
    connection: PipeOwner,
    inject: Session['inject'],
  ): MessageToxicInstance | undefined {
    const { bound, stream } = toxic.settings
    if (bound.level !== 'messages') return undefined
    const session: Session = {
      connection: { ...connection.facts, wasOpen: !connection.isNew },
      stream,
      timers: connection.timers,
      random: toxic.chance(connection.ordinal),
      chosen: () => toxic.chosen(),
      inject,
      close: how => connection.close(how),
    }
    return new MessageToxicInstance(toxic, bound.open(session), bound.sees === 'both')
  }

  private constructor(toxic: ActiveToxic, stage: MessageStage, bothWays: boolean) {
    this.toxic = toxic
    this.stage = stage
    this.#bothWays = bothWays
  }

  get unfinished(): boolean {
    return this.stage.unfinished?.() ?? false
  }

  /** The toxic's removal takes nothing back here. */
  get staysSilently(): boolean {
    return this.toxic.healsSilently && this.unfinished
  }

  sees(message: Message): boolean {
    return this.#bothWays || message.direction === this.toxic.settings.stream
  }

  landed(): void {
    this.toxic.landed.messages++
    if (this.#landed) return
    this.#landed = true
    this.toxic.landed.connections++
  }
}
