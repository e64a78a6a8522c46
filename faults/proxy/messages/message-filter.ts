import { weightOf } from '../base/accounted-size.ts'
import { type Message, PASS, type ProtocolSession } from '../contracts/protocol.ts'
import type { Direction, Ending } from '../contracts/toxic.ts'
import type { WireEvent } from '../observe/events.ts'
import type { Traffic } from '../observe/traffic.ts'
import type { ActiveToxic } from '../pipe/active-toxic.ts'
import type { Connection } from '../proxies/connection.ts'
import { Gate, type GateKeeper, type Judgement } from './interceptor.ts'
import { Judge } from './message-toxic-instance.ts'

/** Where a conversation reports to. */
export interface ConversationHost {
  readonly traffic: Traffic
  /** Somebody wants each message as an event. */
  readonly tellsMessages: boolean
  /** Somebody may want to: keys and traces are looked for. */
  readonly readsDetail: boolean
  emit(event: Omit<WireEvent, 'kind' | 'link'>): void
}

const nobody = (): void => {}
const PASSES: Judgement = { verdict: PASS, landed: nobody }
const DROPPED: Judgement = { verdict: { do: 'drop' }, landed: nobody }

/** Answers to a request that was sent more than once. */
interface Surplus {
  /** The one that the client gets has begun, or has gone. */
  answered: boolean
  left: number
}

/** An answer of a toxic's: the server has not seen the request. */
interface OwnAnswer {
  /** Number of the request whose answer comes before it. */
  readonly after: number
  readonly bytes: Buffer
  readonly afterwards: () => void
}

/** A connection whose protocol is known: its messages, the toxics that judge them, whose turn it is. */
export class Conversation implements GateKeeper {
  readonly #connection: Connection
  readonly #session: ProtocolSession
  readonly #host: ConversationHost
  readonly #gates: Readonly<Record<Direction, Gate>>
  /** Messages that began so far. */
  readonly messages = { upstream: 0, downstream: 0 }
  /** Why the rest of it is not read; undefined while it is. */
  unread: string | undefined
  #judges: readonly Judge[] = []
  /** Number of the last request that was forwarded and awaits an answer, and of the last answered. */
  #lastAwaited = 0
  #lastAnswered = 0
  #ownAnswers: OwnAnswer[] = []
  #lostAnswer: { readonly to: number; readonly cut: Judgement } | undefined
  /** By the number of the request. */
  readonly #surplus = new Map<number, Surplus>()

  constructor(connection: Connection, session: ProtocolSession, host: ConversationHost) {
    this.#connection = connection
    this.#session = session
    this.#host = host
    session.detail = host.readsDetail
    const { up, down } = connection
    up.gate = new Gate(up, session.upstream, this)
    down.gate = new Gate(down, session.downstream, this)
    this.#gates = { upstream: up.gate, downstream: down.gate }
  }

  /** Makes these toxics the judges; those already there keep their state. */
  use(toxics: readonly ActiveToxic[]): void {
    const before = this.#judges
    for (const judge of before) if (!toxics.includes(judge.toxic)) judge.stage.destroy?.()
    this.#judges = toxics.flatMap(
      toxic =>
        before.find(judge => judge.toxic === toxic) ?? Judge.open(toxic, this.#connection) ?? [],
    )
    this.#session.detail = this.#host.readsDetail || this.#judges.length > 0
    const { upstream, downstream } = this.#gates
    if (this.#judges.length > 0) {
      upstream.takeControl()
      downstream.takeControl()
    } else if (before.length > 0) {
      upstream.release()
      downstream.release()
    }
  }

  get toxics(): readonly ActiveToxic[] {
    return this.#judges.map(judge => judge.toxic)
  }

  updated(toxic: ActiveToxic): void {
    this.#judges.find(judge => judge.toxic === toxic)?.stage.updated?.()
  }

  destroy(): void {
    for (const judge of this.#judges) judge.stage.destroy?.()
    this.#judges = []
    this.#gates.upstream.destroy()
    this.#gates.downstream.destroy()
  }

  inject(direction: Direction, bytes: Buffer): void {
    this.#gates[direction].inject(bytes)
  }

  began(message: Message, control: boolean): Judgement {
    this.#report(message)
    if (message.direction === 'downstream') {
      const settled = this.#lost(message) ?? this.#swallowed(message)
      return settled ?? (control ? this.#judge(message) : PASSES)
    }
    const judgement = control ? this.#judge(message) : PASSES
    const kept = judgement.verdict.do === 'answer' || judgement.verdict.do === 'drop'
    if (kept) this.#session.pending?.withdraw(message.number)
    else if (message.awaited) this.#lastAwaited = message.number
    return judgement
  }

  finished(message: Message): void {
    for (const judge of this.#judges) if (judge.sees(message)) judge.stage.finished?.(message)
    if (message.direction === 'upstream' || message.answers === undefined) return
    if (message.final === false) return
    this.#lastAnswered = message.answers
    this.#releaseAnswers()
  }

  answer({ number }: Message, bytes: Buffer, ending: Ending | undefined): void {
    const { up, down } = this.#connection
    // Who asks faster than it reads what we answer is read no faster.
    down.fedBy(up)
    up.hold(weightOf(bytes))
    const afterwards = () => {
      up.hold(-weightOf(bytes))
      if (ending) this.#connection.close(ending)
    }
    this.#ownAnswers.push({ after: Math.min(this.#lastAwaited, number - 1), bytes, afterwards })
    this.#releaseAnswers()
  }

  cutAtAnswer({ number }: Message, how: Ending, farewell: Buffer | undefined): void {
    this.#lostAnswer ??= {
      to: number,
      cut: {
        verdict: { do: 'cut', when: 'before', how, ...(farewell && { farewell }) },
        landed: nobody,
      },
    }
  }

  repeat(message: Message, times: number): boolean {
    if (!message.awaited) return true
    if (!this.#session.pending?.repeat(message.number, times)) return false
    this.#surplus.set(message.number, { answered: false, left: times })
    return true
  }

  cut(how: Ending, farewell: Buffer | undefined): void {
    if (farewell) this.#connection.down.forward(farewell)
    this.#connection.close(how)
  }

  unparsed(reason: string): void {
    this.unread ??= reason
    this.#gates.upstream.giveUp()
    this.#gates.downstream.giveUp()
    const { up, down, facts } = this.#connection
    if (up.gate?.idle) up.gate = undefined
    if (down.gate?.idle) down.gate = undefined
    this.#host.traffic.unparsed++
    this.#host.emit({ connection: facts.id, what: 'unparsed', detail: reason })
  }

  /** In the order they are asked for; one whose turn has not come holds back those after it. */
  #releaseAnswers(): void {
    for (let first = this.#ownAnswers[0]; first; first = this.#ownAnswers[0]) {
      if (first.after > this.#lastAnswered) return
      this.#ownAnswers.shift()
      this.#gates.downstream.inject(first.bytes, first.afterwards)
    }
  }

  #lost({ answers }: Message): Judgement | undefined {
    const lost = this.#lostAnswer
    if (!lost || answers === undefined) return undefined
    return answers >= lost.to ? lost.cut : undefined
  }

  /** The client asked once: of the answers to a repeated request it gets the first. */
  #swallowed({ answers, final }: Message): Judgement | undefined {
    if (answers === undefined || this.#surplus.size === 0) return undefined
    const surplus = this.#surplus.get(answers)
    if (!surplus) return undefined
    const { answered } = surplus
    if (final !== false) {
      surplus.answered = true
      if (answered) surplus.left--
      if (surplus.left === 0) this.#surplus.delete(answers)
    }
    return answered ? DROPPED : undefined
  }

  #judge(message: Message): Judgement {
    let watched = PASSES
    for (const judge of this.#judges) {
      if (!judge.sees(message)) continue
      const verdict = judge.stage.message(message)
      if (verdict.do === 'pass') continue
      if (verdict.do === 'watch') {
        watched = watchedToo(watched, verdict.look)
        continue
      }
      return {
        verdict,
        landed: () => {
          judge.landed()
          this.#tell('toxic', message, judge.toxic.settings.name)
        },
      }
    }
    return watched
  }

  #report(message: Message): void {
    if (message.minor) return
    this.messages[message.direction]++
    const role = message.direction === 'upstream' ? 'request' : 'response'
    const { traffic, tellsMessages } = this.#host
    traffic.message(role, message.kind)
    if (message.error !== undefined) traffic.message('error', message.error)
    if (tellsMessages) this.#tell(role, message, undefined)
  }

  #tell(what: WireEvent['what'], message: Message, detail: string | undefined): void {
    const { kind, key, trace, error } = message
    this.#host.emit({
      connection: this.#connection.facts.id,
      what,
      message: kind,
      ...(key !== undefined && { key }),
      ...(trace !== undefined && { trace }),
      ...(error !== undefined && { error }),
      ...(detail !== undefined && { detail }),
    })
  }
}

function watchedToo({ verdict }: Judgement, look: (bytes: Buffer) => void): Judgement {
  if (verdict.do !== 'watch') return { verdict: { do: 'watch', look }, landed: nobody }
  const { look: other } = verdict
  const both = (bytes: Buffer) => {
    other(bytes)
    look(bytes)
  }
  return { verdict: { do: 'watch', look: both }, landed: nobody }
}
