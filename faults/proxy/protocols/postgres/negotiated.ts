import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Encryption } from '../../contracts/protocol.ts'
import { errorResponse } from '../faults/postgres-errors.ts'
import { requestCodes } from './request-codes.ts'

/** The byte that begins a TLS handshake. */
const HANDSHAKE = 0x16
const SSL_REQUEST = Buffer.alloc(8)
SSL_REQUEST.writeInt32BE(SSL_REQUEST.length)
SSL_REQUEST.writeInt32BE(requestCodes.ssl, 4)

/**
 * How PostgreSQL comes to TLS: the client asks for it in plain (SSLRequest) and is answered with one
 * byte, or begins at once (`sslnegotiation=direct`). Whoever wants a plain session is refused.
 */
export const encryption: Encryption = {
  alpn: 'postgresql',
  answer: raw => new Negotiated(raw, early => answered(raw, early)),
  ask: raw => {
    raw.once('connect', () => raw.write(SSL_REQUEST))
    return new Negotiated(raw, granted)
  },
}

/** What is left of the bytes that came so far: of TLS once it is agreed on. */
interface Heard {
  readonly agreed: boolean
  readonly rest: Buffer
}

function answered(raw: Socket, early: Buffer): Heard {
  if (early[0] === HANDSHAKE) return { agreed: true, rest: early }
  if (early.length < SSL_REQUEST.length) return { agreed: false, rest: early }
  const asked = early.readInt32BE(4)
  const rest = early.subarray(SSL_REQUEST.length)
  if (asked === requestCodes.gss) {
    raw.write('N')
    return answered(raw, rest)
  }
  if (asked === requestCodes.ssl) {
    raw.write('S')
    return { agreed: true, rest }
  }
  const message = 'this link takes encrypted sessions only'
  raw.end(errorResponse('28000', { severity: 'FATAL', message }))
  throw new Error('the client wanted a session without TLS')
}

function granted(early: Buffer): Heard {
  if (early[0] === 'S'.charCodeAt(0)) return { agreed: true, rest: early.subarray(1) }
  throw new Error('the upstream takes no sessions with TLS')
}

/** A socket to speak TLS on, from when both sides have agreed on it. What is written waits for that. */
class Negotiated extends Duplex {
  readonly #raw: Socket
  readonly #hear: (early: Buffer) => Heard
  #early: Buffer = Buffer.alloc(0)
  #agreed = false
  #waiting: (() => void) | undefined

  constructor(raw: Socket, hear: (early: Buffer) => Heard) {
    super()
    this.#raw = raw
    this.#hear = hear
    raw.on('data', (chunk: Buffer) => (this.#agreed ? this.#pass(chunk) : this.#heard(chunk)))
    raw.on('end', () => this.push(null))
    raw.resume()
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#agreed) this.#raw.write(chunk, done)
    else this.#waiting = () => this.#raw.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#raw.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.destroy()
    done(error)
  }

  #heard(chunk: Buffer): void {
    try {
      const { agreed, rest } = this.#hear(Buffer.concat([this.#early, chunk]))
      this.#early = agreed ? Buffer.alloc(0) : rest
      if (agreed) this.#begin(rest)
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined)
    }
  }

  #begin(rest: Buffer): void {
    this.#agreed = true
    if (rest.length > 0) this.#pass(rest)
    this.#waiting?.()
    this.#waiting = undefined
  }

  #pass(chunk: Buffer): void {
    if (!this.push(chunk)) this.#raw.pause()
  }
}
