import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { type Classify, createClassify } from '../failure.ts'
import { toProblem } from '../http/problems.ts'
import type { Caller, TokenCaller } from '../identity/identity.ts'
import { outcomeOf, Problem } from '../problem.ts'
import type { CutReason, Figures } from './figures.ts'
import type { AnyFrame, DoorFrame } from './protocol.ts'

interface Parts {
  /** The request id it came with. */
  readonly id: string
  readonly path: string
  readonly figures: Figures
  readonly defences: Defences
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** The other end of a web socket: who it is, and how to tell it something. */
export class Peer {
  #caller: Caller | undefined
  #signedInUntilMs = Infinity
  readonly #socket: WebSocket
  readonly #parts: Parts
  readonly #mostUnreadBytes: number
  readonly #classify: Classify

  constructor(socket: WebSocket, parts: Parts) {
    const { defences } = parts
    const { maxBufferedBytes } = defences.settings('slow-consumer-guard')
    this.#mostUnreadBytes = defences.on('slow-consumer-guard') ? maxBufferedBytes : Infinity
    this.#classify = createClassify(defences)
    this.#socket = socket
    this.#parts = parts
  }

  get id(): string {
    return this.#parts.id
  }

  /** Undefined until it has said who it is. */
  get caller(): Caller | undefined {
    return this.#caller
  }

  /** The last token it signed in with counts no more. */
  get isExpired(): boolean {
    return performance.now() >= this.#signedInUntilMs
  }

  /** Once more before the token expires, or as somebody else. */
  signIn(caller: TokenCaller): void {
    this.#caller = caller
    this.#signedInUntilMs = performance.now() + caller.expiresInMs
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** @throws {Problem} 401 while it has not said who it is. */
  whoever(): Caller {
    if (this.#caller) return this.#caller
    throw new Problem({ status: 401, code: 'unauthenticated', title: 'Sign in first.' })
  }

  send<Frame extends AnyFrame>(frame: Frame): void {
    this.write(JSON.stringify(frame))
  }

  /**
   * A frame that is text already. Who leaves too much unread is cut off instead.
   * @param onSent called when it has left for the client, or never will.
   */
  write(text: string, onSent?: () => void): void {
    const unread = this.#socket.bufferedAmount
    if (this.isOpen) this.#parts.figures.unread(unread)
    // At once: a close frame would wait behind what it does not read.
    if (this.isOpen && unread > this.#mostUnreadBytes) this.cut('slow-consumer')
    if (this.isOpen) this.#socket.send(text, onSent)
    else onSent?.()
  }

  /** Tells it what went wrong with a frame. Returns the problem. */
  refuse(error: unknown, about: string): Problem {
    const problem = toProblem(error, this.#classify)
    const { code, status } = problem.details
    const outcome = outcomeOf(problem, currentContext().deadline)
    if (status >= 500) this.#parts.log.warn({ err: error, about, code }, 'frame failed')
    this.send<DoorFrame>({ type: 'error', code, outcome, about })
    return problem
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Ends it and counts it; with a code politely, else at once. */
  cut(reason: CutReason, polite?: { readonly code: number; readonly text: string }): void {
    const { figures, log, path, id } = this.#parts
    figures.cut.inc({ path, reason })
    log.warn({ event: 'socket-cut', socket: id, path, reason }, 'cut off a client')
    if (polite) this.#socket.close(polite.code, polite.text)
    else this.#socket.terminate()
  }
}
