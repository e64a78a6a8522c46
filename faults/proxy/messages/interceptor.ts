import type { Ending } from '../contracts/connection.ts'
import type { Message, ParserOutput, StreamParser } from '../contracts/protocol.ts'
import type { Pipe, PipeInterceptor } from '../pipe/pipe.ts'
import { type ActionExecutor, type ExecutorPort, openExecutor } from './action-executor.ts'
import type { Decision } from './decision.ts'
import { ReorderBuffer } from './reorder-buffer.ts'
import { WriteQueue } from './write-queue.ts'

/** What an interceptor asks and tells about the messages it meets. */
export interface InterceptorOwner {
  /** Counts and reports the message; with `control`, asks the toxics what to do with it. */
  began(message: Message, control: boolean): Decision
  finished(message: Message): void
  answer(message: Message, bytes: Buffer, ending: Ending | undefined): void
  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void
  repeat(message: Message, times: number): boolean
  cut(how: Ending, farewell: Buffer | undefined): void
  unparsed(reason: string): void
}

/**
 * How an interceptor treats what is pushed:
 *
 *     observing ──takeControl──▶ controlling ──cut──▶ cut
 *         │ unparsed                  │ unparsed       ▲
 *         ▼                           ▼                │ destroy, from anywhere
 *       idle ─────takeControl────▶ relaying ───────────┘
 *
 * `observing`: parses what has gone on already. `controlling`: parses, and forwards as decided.
 * `idle`: no longer of use. `relaying`: forwards unread, behind what it still holds. `cut`: no byte more.
 */
type Mode = 'observing' | 'controlling' | 'idle' | 'relaying' | 'cut'

/**
 * Tells the messages of one direction apart. Without message toxics it only observes: bytes went on
 * before it looks at them. With some it is in control: bytes go on as the message's action says.
 */
export class Interceptor implements ParserOutput, PipeInterceptor, ExecutorPort {
  throttledUntilMs = 0
  readonly #pipe: Pipe
  readonly #parser: StreamParser
  readonly #owner: InterceptorOwner
  readonly #writes: WriteQueue
  readonly #aside: ReorderBuffer
  #mode: Mode = 'observing'
  #message: Message | undefined
  /** Between two parts of one message, where nothing else may go. */
  #isWithin = false
  /** Of the message that is passing; absent when it passes unchanged. */
  #executor: ActionExecutor | undefined
  /** Bytes pushed and not yet handed out: what the parser holds. */
  #inside = 0
  /** Of those, already sent on while only observing. */
  #alreadyForwarded = 0
  #injections: { readonly bytes: Buffer; readonly afterwards: (() => void) | undefined }[] = []

  constructor(pipe: Pipe, parser: StreamParser, owner: InterceptorOwner) {
    this.#pipe = pipe
    this.#parser = parser
    this.#owner = owner
    this.#writes = new WriteQueue(pipe)
    this.#aside = new ReorderBuffer(pipe, bytes => this.inject(bytes))
  }

  get control(): boolean {
    return this.#mode !== 'observing' && this.#mode !== 'idle'
  }

  get #parses(): boolean {
    return this.#mode === 'observing' || this.#mode === 'controlling'
  }

  get #forwards(): boolean {
    return this.#mode === 'controlling' || this.#mode === 'relaying'
  }

  get idle(): boolean {
    return this.#mode === 'idle'
  }

  /** Takes control from the next message on; what is under way passes as it began. */
  takeControl(): void {
    if (this.control) return
    this.#mode = this.idle ? 'relaying' : 'controlling'
    this.#alreadyForwarded = this.#inside
  }

  /** Lets everything go that is held. It stays in control: the parser may hold part of a message. */
  release(): void {
    this.#aside.flush()
    this.#writes.flush()
  }

  push(chunk: Buffer): void {
    if (!this.#parses) {
      if (this.#mode === 'relaying') this.#writes.put(chunk)
      return
    }
    this.#inside += chunk.length
    try {
      this.#parser.push(chunk, this)
    } catch (error) {
      this.#parserFailed(error)
    }
    this.#writes.settle()
  }

  /** The source said FIN. */
  end(): void {
    if (this.#parses) this.#parser.end(this)
    this.#message = undefined
    if (!this.#forwards) return
    this.#aside.flush()
    if (this.#injections.length > 0) this.#injectNow()
    this.#writes.at(() => this.#pipe.forwardEnd())
  }

  /** Hands out what the parser holds, and stops parsing. */
  giveUp(): void {
    if (!this.#parses) return
    this.#parser.end(this)
    this.#stopParsing()
  }

  /** Bytes of ours, at the next border between messages. */
  inject(bytes: Buffer, afterwards?: () => void): void {
    this.#injections.push({ bytes, afterwards })
    if (!this.#message && !this.#isWithin && this.#alreadyForwarded === 0) this.#injectNow()
  }

  destroy(): void {
    this.#mode = 'cut'
    this.#writes.clear()
    this.#aside.clear()
  }

  begin(message: Message): void {
    const decision = this.#owner.began(message, this.control && this.#alreadyForwarded === 0)
    this.#message = message
    const { action } = decision
    if (action.do === 'pass') return
    this.#executor = openExecutor(action, message, this, () => decision.landed())
  }

  bytes(chunk: Buffer, start: number, end: number): void {
    this.#inside -= end - start
    if (!this.#forwards) return
    const skipped = Math.min(this.#alreadyForwarded, end - start)
    this.#alreadyForwarded -= skipped
    const from = start + skipped
    if (from === end) return
    if (this.#executor) this.#executor.bytes(chunk.subarray(from, end))
    else this.#writes.range(chunk, from, end)
  }

  finish(): void {
    const message = this.#message
    const executor = this.#executor
    this.#message = undefined
    this.#executor = undefined
    executor?.finish()
    if (message) this.#owner.finished(message)
    this.#isWithin = message?.more === true
    if (!this.control || this.#isWithin) return
    if (!executor) this.#aside.passed()
    if (this.#injections.length > 0) this.#injectNow()
  }

  unparsed(reason: string): void {
    this.#stopParsing()
    this.#owner.unparsed(reason)
  }

  put(data: Buffer, dueMs?: number): void {
    if (this.#mode !== 'cut') this.#writes.put(data, dueMs)
  }

  aside(chunks: readonly Buffer[], withinMs: number, overtakers: number): void {
    this.#aside.add(chunks, withinMs, overtakers)
  }

  cut(how: Ending, farewell: Buffer | undefined): void {
    if (this.#mode === 'cut') return
    this.#writes.at(() => this.#owner.cut(how, farewell))
    this.#mode = 'cut'
  }

  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void {
    this.#owner.cutAtAnswer(message, how, farewell)
  }

  answer(message: Message, bytes: Buffer, ending: Ending | undefined): void {
    this.#owner.answer(message, bytes, ending)
  }

  repeat(message: Message, times: number): boolean {
    return this.#owner.repeat(message, times)
  }

  #stopParsing(): void {
    if (this.#parses) this.#mode = this.control ? 'relaying' : 'idle'
    this.#message = undefined
    this.#executor = undefined
    this.#writes.settle()
    if (this.#injections.length > 0) this.#injectNow()
  }

  #injectNow(): void {
    const injections = this.#injections
    this.#injections = []
    for (const { bytes, afterwards } of injections) {
      this.put(bytes)
      if (afterwards) this.#writes.at(afterwards)
    }
  }

  /** A parser must not throw; if one does, bytes it held are lost, so the connection cannot go on. */
  #parserFailed(error: unknown): void {
    this.unparsed(`parser failed: ${error instanceof Error ? error.message : error}`)
    if (this.control) this.#owner.cut('rst', undefined)
  }
}
