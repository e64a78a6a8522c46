import type { Message, ParserOutput, StreamParser, Verdict } from '../contracts/protocol.ts'
import type { Ending } from '../contracts/toxic.ts'
import type { Flow } from '../pipe/pipe.ts'
import { type Exit, openPassage, type Passage } from './action-executor.ts'
import { SideLine } from './reorder-buffer.ts'
import { Outbox } from './write-queue.ts'

/** What shall happen to a message, and whom to tell when it does. */
export interface Judgement {
  readonly verdict: Verdict
  landed(): void
}

/** What a gate asks and tells about the messages it meets. */
export interface GateKeeper {
  /** Counts and reports the message; with `control`, asks the toxics what to do with it. */
  began(message: Message, control: boolean): Judgement
  finished(message: Message): void
  answer(message: Message, bytes: Buffer, ending: Ending | undefined): void
  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void
  repeat(message: Message, times: number): boolean
  cut(how: Ending, farewell: Buffer | undefined): void
  unparsed(reason: string): void
}

/**
 * One direction of a conversation. Without message toxics it only observes: bytes went on before it
 * looks at them. With some it is in control: bytes go on as the message's verdict says.
 */
export class Gate implements ParserOutput, Exit {
  throttledUntilMs = 0
  readonly #flow: Flow
  readonly #parser: StreamParser
  readonly #keeper: GateKeeper
  readonly #outbox: Outbox
  readonly #side: SideLine
  #control = false
  #raw = false
  #cut = false
  #message: Message | undefined
  /** Of the message that is passing; absent when it passes unchanged. */
  #passage: Passage | undefined
  /** Bytes pushed and not yet handed out: what the parser holds. */
  #inside = 0
  /** Of those, already sent on while only observing. */
  #debt = 0
  #injections: { readonly bytes: Buffer; readonly afterwards: (() => void) | undefined }[] = []

  constructor(flow: Flow, parser: StreamParser, keeper: GateKeeper) {
    this.#flow = flow
    this.#parser = parser
    this.#keeper = keeper
    this.#outbox = new Outbox(flow)
    this.#side = new SideLine(flow, bytes => this.inject(bytes))
  }

  get control(): boolean {
    return this.#control
  }

  /** No longer of use: nothing is parsed, and nothing held back. */
  get idle(): boolean {
    return this.#raw && !this.#control
  }

  /** Takes control from the next message on; what is under way passes as it began. */
  takeControl(): void {
    if (this.#control) return
    this.#control = true
    this.#debt = this.#inside
  }

  /** Lets everything go that is held. It stays in control: the parser may hold part of a message. */
  release(): void {
    this.#side.flush()
    this.#outbox.flush()
  }

  push(chunk: Buffer): void {
    if (this.#cut) return
    if (this.#raw) {
      if (this.#control) this.#outbox.put(chunk)
      return
    }
    this.#inside += chunk.length
    try {
      this.#parser.push(chunk, this)
    } catch (error) {
      this.#parserFailed(error)
    }
    this.#outbox.settle()
  }

  /** The source said FIN. */
  end(): void {
    if (!this.#raw) this.#parser.end(this)
    this.#message = undefined
    if (!this.#control) return
    this.#side.flush()
    if (this.#injections.length > 0) this.#injectNow()
    this.#outbox.at(() => this.#flow.forwardEnd())
  }

  /** Hands out what the parser holds, and stops parsing. */
  giveUp(): void {
    if (this.#raw) return
    this.#parser.end(this)
    this.#stopParsing()
  }

  /** Bytes of ours, at the next border between messages. */
  inject(bytes: Buffer, afterwards?: () => void): void {
    this.#injections.push({ bytes, afterwards })
    if (!this.#message && this.#debt === 0) this.#injectNow()
  }

  destroy(): void {
    this.#cut = true
    this.#outbox.clear()
    this.#side.clear()
  }

  begin(message: Message): void {
    const judgement = this.#keeper.began(message, this.#control && this.#debt === 0)
    this.#message = message
    const { verdict } = judgement
    if (verdict.do === 'pass') return
    this.#passage = openPassage(verdict, message, this, () => judgement.landed())
  }

  bytes(chunk: Buffer, start: number, end: number): void {
    this.#inside -= end - start
    if (!this.#control || this.#cut) return
    const skipped = Math.min(this.#debt, end - start)
    this.#debt -= skipped
    const from = start + skipped
    if (from === end) return
    if (this.#passage) this.#passage.bytes(chunk.subarray(from, end))
    else this.#outbox.range(chunk, from, end)
  }

  finish(): void {
    const message = this.#message
    const passage = this.#passage
    this.#message = undefined
    this.#passage = undefined
    passage?.finish()
    if (message) this.#keeper.finished(message)
    if (!this.#control) return
    if (!passage) this.#side.passed()
    if (this.#injections.length > 0) this.#injectNow()
  }

  unparsed(reason: string): void {
    this.#stopParsing()
    this.#keeper.unparsed(reason)
  }

  put(data: Buffer, dueMs?: number): void {
    if (!this.#cut) this.#outbox.put(data, dueMs)
  }

  aside(chunks: readonly Buffer[], withinMs: number, overtakers: number): void {
    this.#side.add(chunks, withinMs, overtakers)
  }

  cut(how: Ending, farewell: Buffer | undefined): void {
    if (this.#cut) return
    this.#outbox.at(() => this.#keeper.cut(how, farewell))
    this.#cut = true
  }

  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void {
    this.#keeper.cutAtAnswer(message, how, farewell)
  }

  answer(message: Message, bytes: Buffer, ending: Ending | undefined): void {
    this.#keeper.answer(message, bytes, ending)
  }

  repeat(message: Message, times: number): boolean {
    return this.#keeper.repeat(message, times)
  }

  #stopParsing(): void {
    this.#raw = true
    this.#message = undefined
    this.#passage = undefined
    this.#outbox.settle()
    if (this.#injections.length > 0) this.#injectNow()
  }

  #injectNow(): void {
    const injections = this.#injections
    this.#injections = []
    for (const { bytes, afterwards } of injections) {
      this.put(bytes)
      if (afterwards) this.#outbox.at(afterwards)
    }
  }

  /** A parser must not throw; if one does, bytes it held are lost, so the connection cannot go on. */
  #parserFailed(error: unknown): void {
    this.unparsed(`parser failed: ${error instanceof Error ? error.message : error}`)
    if (this.#control) this.#keeper.cut('rst', undefined)
  }
}
