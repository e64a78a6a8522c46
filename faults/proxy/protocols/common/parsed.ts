import type { Direction } from '../../contracts/connection.ts'
import type { Message, SqlStatement } from '../../contracts/protocol.ts'

/** A message as a scanner understood it. All fields are always there: one shape, made quickly. */
export class Parsed implements Message {
  readonly direction: Direction
  readonly number: number
  readonly kind: string
  readonly key: string | undefined
  about: Message['about'] = undefined
  others: readonly string[] | undefined = undefined
  statements: readonly SqlStatement[] | undefined = undefined
  type: string | undefined = undefined
  form: string | undefined = undefined
  trace: string | undefined = undefined
  error: string | undefined = undefined
  asks: string | undefined = undefined
  text: string | undefined = undefined
  headLength: number | undefined = undefined
  answers: number | undefined = undefined
  final: boolean | undefined = undefined
  invites: boolean | undefined = undefined
  more: boolean | undefined = undefined
  awaited: boolean | undefined = undefined
  minor: boolean | undefined = undefined

  constructor(direction: Direction, number: number, kind: string, key?: string) {
    this.direction = direction
    this.number = number
    this.kind = kind
    this.key = key
  }

  /** A response, which bears what the request that it answers is about, and its trace. */
  static answer(number: number, asked: Message, error: string | undefined): Parsed {
    const message = new Parsed('downstream', number, asked.kind, asked.key)
    message.about = asked.about
    message.others = asked.others
    message.statements = asked.statements
    message.answers = asked.number
    message.trace = asked.trace
    message.error = error
    return message
  }
}
