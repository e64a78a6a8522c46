import type { Message } from '../../protocol.ts'
import type { Direction } from '../../toxic.ts'
import type { Exchange } from './pending.ts'

/** A message as a scanner understood it. Optional parts are set only where they are known. */
export class Parsed implements Message {
  readonly direction: Direction
  readonly number: number
  readonly kind: string
  form?: string
  key?: string
  trace?: string
  error?: string
  text?: string
  headLength?: number
  answers?: number
  final?: boolean
  awaited?: boolean
  minor?: boolean

  constructor(direction: Direction, number: number, kind: string, key?: string) {
    this.direction = direction
    this.number = number
    this.kind = kind
    if (key !== undefined) this.key = key
  }

  /** A response, which bears the kind, key and trace of what it answers. */
  static answer(number: number, asked: Exchange, error: string | undefined): Parsed {
    const message = new Parsed('downstream', number, asked.kind, asked.key)
    message.answers = asked.number
    if (asked.trace !== undefined) message.trace = asked.trace
    if (error !== undefined) message.error = error
    return message
  }
}
