import { accountedSize } from '../base/accounted-size.ts'
import type { Direction, Ending } from '../contracts/connection.ts'
import type { Message, ProtocolSession } from '../contracts/protocol.ts'
import type { WireEvent } from '../observe/events.ts'
import type { Traffic } from '../observe/traffic.ts'
import type { ActiveToxic } from '../pipe/active-toxic.ts'
import type { Pipe } from '../pipe/pipe.ts'
import type { PipeOwner } from '../pipe/pipe-owner.ts'
import { AnswerOrder } from './answer-order.ts'
import { type Decision, nobody, PASSES } from './decision.ts'
import { Interceptor, type InterceptorOwner } from './interceptor.ts'
import { MessageToxicInstance } from './message-toxic-instance.ts'

/** Where a filter reports to. */
export interface MessageFilterHost {
  readonly traffic: Traffic
  /** Somebody wants each message as an event, with its key and trace. */
  readonly tellsMessages: boolean
  emit(event: Omit<WireEvent, 'kind' | 'link'>): void
}

/** Keys may be of any length; in an event they are told in part. */
const LONGEST_KEY = 512

/** The connection whose messages are filtered. */
export interface FilteredConnection extends PipeOwner {
  readonly up: Pipe
  readonly down: Pipe
}

/** The messages of one connection, and the toxics that decide on them. */
export class MessageFilter implements InterceptorOwner {
  readonly #connection: FilteredConnection
  readonly #session: ProtocolSession
  readonly #host: MessageFilterHost
  readonly #interceptors: Readonly<Record<Direction, Interceptor>>
  /** Messages that began so far. */
  readonly messages = { upstream: 0, downstream: 0 }
  /** Why the rest of it is not read; undefined while it is. */
  unread: string | undefined
  #instances: readonly MessageToxicInstance[] = []
  readonly #answers: AnswerOrder

  constructor(connection: FilteredConnection, session: ProtocolSession, host: MessageFilterHost) {
    this.#connection = connection
    this.#session = session
    this.#host = host
    session.detail = host.tellsMessages
    const { up, down } = connection
    const upstream = new Interceptor(up, session.upstream, this)
    const downstream = new Interceptor(down, session.downstream, this)
    up.interceptor = upstream
    down.interceptor = downstream
    this.#interceptors = { upstream, downstream }
    this.#answers = new AnswerOrder((bytes, afterwards) => downstream.inject(bytes, afterwards))
  }

  /**
   * Lets these toxics decide from the next message on; those already there keep their state. Before
   * them stands what toxics that are gone have left unfinished.
   */
  use(toxics: readonly ActiveToxic[]): void {
    const before = this.#instances
    const inForce = new Set(toxics)
    const left: MessageToxicInstance[] = []
    for (const each of before.filter(({ toxic }) => !inForce.has(toxic))) {
      if (each.staysSilently) left.push(each)
      else each.stage.destroy?.()
    }
    const staying = new Map(before.map(each => [each.toxic, each]))
    const deciding = toxics.flatMap(toxic => staying.get(toxic) ?? this.#open(toxic) ?? [])
    this.#instances = [...left, ...deciding]
    this.listenersChanged()
    const { upstream, downstream } = this.#interceptors
    if (this.#instances.length > 0) {
      upstream.takeControl()
      downstream.takeControl()
    } else if (before.length > 0) {
      upstream.release()
      downstream.release()
    }
  }

  /** Keys, traces and texts are looked for only while somebody wants them. */
  listenersChanged(): void {
    this.#session.detail = this.#host.tellsMessages || this.#instances.length > 0
  }

  get toxics(): readonly ActiveToxic[] {
    return this.#instances.map(({ toxic }) => toxic)
  }

  /** A toxic has kept an answer, or part of a transaction, from one side. */
  get unfinished(): boolean {
    return this.#instances.some(instance => instance.unfinished)
  }

  updated(toxic: ActiveToxic): void {
    this.#instances.find(each => each.toxic === toxic)?.stage.updated?.()
  }

  destroy(): void {
    for (const { stage } of this.#instances) stage.destroy?.()
    this.#instances = []
    this.#interceptors.upstream.destroy()
    this.#interceptors.downstream.destroy()
  }

  began(message: Message, control: boolean): Decision {
    if (message.direction === 'downstream') {
      const decided = this.#answers.decided(message)
      const decision = decided ?? (control ? this.#decide(message) : PASSES)
      const { action } = decision
      this.#report(
        message,
        action.do === 'replace' ? (action.error ?? message.error) : message.error,
      )
      return decision
    }
    this.#report(message, message.error)
    const decision = control ? this.#decide(message) : PASSES
    const kept = decision.action.do === 'answer' || decision.action.do === 'drop'
    if (kept) this.#session.pending?.withdraw(message.number)
    else if (message.awaited) this.#answers.awaits(message.number)
    return decision
  }

  finished(message: Message): void {
    for (const each of this.#instances) if (each.sees(message)) each.stage.finished?.(message)
    if (message.direction === 'upstream' || message.answers === undefined) return
    if (message.final === false) return
    this.#answers.answered(message.answers)
  }

  answer({ number }: Message, bytes: Buffer, ending: Ending | undefined): void {
    const { up, down } = this.#connection
    // Who asks faster than it reads what we answer is read no faster.
    down.holdBack(up)
    up.hold(accountedSize(bytes))
    const afterwards = () => {
      up.hold(-accountedSize(bytes))
      if (ending) this.#connection.close(ending)
    }
    this.#answers.answerInstead(number, bytes, afterwards)
  }

  cutAtAnswer({ number }: Message, how: Ending, farewell: Buffer | undefined): void {
    const action = { do: 'cut', when: 'before', how, ...(farewell && { farewell }) } as const
    this.#answers.cutAt(number, { action, landed: nobody })
  }

  repeat(message: Message, times: number): boolean {
    if (!message.awaited) return true
    if (!this.#session.pending?.repeat(message.number, times)) return false
    this.#answers.repeats(message.number, times)
    return true
  }

  cut(how: Ending, farewell: Buffer | undefined): void {
    if (farewell) this.#connection.down.forward(farewell)
    this.#connection.close(how)
  }

  unparsed(reason: string): void {
    this.unread ??= reason
    this.#interceptors.upstream.giveUp()
    this.#interceptors.downstream.giveUp()
    const { up, down, facts } = this.#connection
    if (this.#interceptors.upstream.idle) up.interceptor = undefined
    if (this.#interceptors.downstream.idle) down.interceptor = undefined
    this.#host.traffic.unparsed++
    this.#host.emit({ connection: facts.id, what: 'unparsed', detail: reason })
  }

  #open(toxic: ActiveToxic): MessageToxicInstance | undefined {
    return MessageToxicInstance.open(toxic, this.#connection, (direction, bytes) =>
      this.#interceptors[direction].inject(bytes),
    )
  }

  #decide(message: Message): Decision {
    let watched = PASSES
    for (const instance of this.#instances) {
      if (!instance.sees(message)) continue
      const action = instance.stage.message(message)
      if (action.do === 'pass') continue
      if (action.do === 'watch') {
        watched = watchedToo(watched, action.look)
        continue
      }
      return {
        action,
        landed: () => {
          instance.landed()
          this.#tell('toxic', message, message.error, instance.toxic.settings.name)
          if ((action.do === 'answer' || action.do === 'cut') && action.error !== undefined) {
            this.#count(
              'response',
              message,
              action.error,
              action.do === 'answer' ? action.asks : undefined,
            )
          }
        },
      }
    }
    return watched
  }

  /** `error`: what the client is told, which may not be what the server said. */
  #report(message: Message, error: string | undefined): void {
    if (message.minor) return
    this.messages[message.direction]++
    const role = message.direction === 'upstream' ? 'request' : 'response'
    this.#count(role, message, error, message.asks)
  }

  #count(
    role: 'request' | 'response',
    message: Message,
    error: string | undefined,
    asks: string | undefined,
  ): void {
    const { traffic, tellsMessages } = this.#host
    traffic.message(role, message.kind)
    if (error !== undefined) traffic.message('error', error)
    if (tellsMessages) this.#tell(role, message, error, asks)
  }

  #tell(
    what: WireEvent['what'],
    { kind, key, trace }: Message,
    error: string | undefined,
    detail?: string,
  ): void {
    this.#host.emit({
      connection: this.#connection.facts.id,
      what,
      message: kind,
      ...(key !== undefined && { key: key.slice(0, LONGEST_KEY) }),
      ...(trace !== undefined && { trace }),
      ...(error !== undefined && { error }),
      ...(detail !== undefined && { detail }),
    })
  }
}

function watchedToo({ action }: Decision, look: (bytes: Buffer) => void): Decision {
  if (action.do !== 'watch') return { action: { do: 'watch', look }, landed: nobody }
  const { look: other } = action
  const both = (bytes: Buffer) => {
    other(bytes)
    look(bytes)
  }
  return { action: { do: 'watch', look: both }, landed: nobody }
}
