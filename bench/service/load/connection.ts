import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'

export interface Door {
  readonly host: string
  readonly port: number
}

/** How a request ended: with a status, or without an answer. */
export type Outcome = number | 'cut' | 'refused' | 'late' | 'unsent' | 'unreadable'

/** One HTTP/1.1 connection with one request at a time. */
export class Connection {
  readonly #socket: Socket
  readonly #reader = new AnswerReader()
  #answered: ((outcome: Outcome) => void) | undefined
  isOpen = true

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => this.#read(chunk))
    socket.on('error', () => {}) // a close follows
    socket.on('close', () => this.#end('cut'))
  }

  /** @throws when the door refuses. */
  static open({ host, port }: Door): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
    })
  }

  /** `answered` is called once, whatever happens. */
  ask(bytes: string, answered: (outcome: Outcome) => void): void {
    this.#answered = answered
    this.#socket.write(bytes, 'latin1')
  }

  /** Ends the connection; who waits for an answer is told so. */
  end(outcome: Outcome): void {
    this.#end(outcome)
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      const answer = this.#reader.push(chunk)
      if (!answer) return
      if (answer.keepsAlive) this.#tell(answer.status)
      else this.end(answer.status)
    } catch {
      this.end('unreadable')
    }
  }

  #end(outcome: Outcome): void {
    this.isOpen = false
    this.#tell(outcome)
  }

  #tell(outcome: Outcome): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(outcome)
  }
}
