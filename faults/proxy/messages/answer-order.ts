import type { Message } from '../contracts/protocol.ts'
import { type Decision, nobody } from './decision.ts'

const DROPPED: Decision = { action: { do: 'drop' }, landed: nobody }

/** Answers to a request that was sent more than once. */
interface Repeated {
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

/** Whose turn to be answered it is on one connection, and which of the server's answers are not passed on. */
export class AnswerOrder {
  readonly #inject: (bytes: Buffer, afterwards: () => void) => void
  /** Number of the last request that was forwarded and awaits an answer, and of the last answered. */
  #lastAwaited = 0
  #lastAnswered = 0
  #own: OwnAnswer[] = []
  #lost: { readonly to: number; readonly cut: Decision } | undefined
  /** By the number of the request. */
  readonly #repeated = new Map<number, Repeated>()

  /** `inject` sends bytes to the client, between two answers of the server. */
  constructor(inject: (bytes: Buffer, afterwards: () => void) => void) {
    this.#inject = inject
  }

  /** The server gets this request, and will answer it. */
  awaits(number: number): void {
    this.#lastAwaited = number
  }

  /** The last answer to this request has gone on. */
  answered(number: number): void {
    this.#lastAnswered = number
    this.#release()
  }

  /** Answers in the server's place, when the turn of this request has come. */
  answerInstead(number: number, bytes: Buffer, afterwards: () => void): void {
    this.#own.push({ after: Math.min(this.#lastAwaited, number - 1), bytes, afterwards })
    this.#release()
  }

  /** The end of the answer to this request, or to a later one, becomes the cut. */
  cutAt(number: number, cut: Decision): void {
    this.#lost ??= { to: number, cut }
  }

  /** The server will answer this request so many times more. */
  repeats(number: number, times: number): void {
    this.#repeated.set(number, { answered: false, left: times })
  }

  /** What becomes of an answer whatever the toxics say; undefined where they may say. */
  decided(message: Message): Decision | undefined {
    return this.#cutOf(message) ?? this.#dropOf(message)
  }

  /** The end comes with the end of the answer: before it the server may not be done. */
  #cutOf({ answers, final, invites }: Message): Decision | undefined {
    const lost = this.#lost
    if (!lost || answers === undefined || answers < lost.to || invites) return undefined
    return final === false ? DROPPED : lost.cut
  }

  /** The client asked once: of the answers to a repeated request it gets the first. */
  #dropOf({ answers, final }: Message): Decision | undefined {
    if (answers === undefined || this.#repeated.size === 0) return undefined
    const repeated = this.#repeated.get(answers)
    if (!repeated) return undefined
    const { answered } = repeated
    if (final !== false) {
      repeated.answered = true
      if (answered) repeated.left--
      if (repeated.left === 0) this.#repeated.delete(answers)
    }
    return answered ? DROPPED : undefined
  }

  /** In the order they are asked for; one whose turn has not come holds back those after it. */
  #release(): void {
    for (let first = this.#own[0]; first; first = this.#own[0]) {
      if (first.after > this.#lastAnswered) return
      this.#own.shift()
      this.#inject(first.bytes, first.afterwards)
    }
  }
}
