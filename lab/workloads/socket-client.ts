import { WebSocket } from 'ws'
import { z } from 'zod'
import { toMs } from '../base/duration.ts'
import type { Random } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { Context } from '../model/target.ts'
import type { Operation } from '../model/workload.ts'
import type { Seats } from './endpoints.ts'
import { endWhenSilent } from './silence.ts'
import type { Received, SocketDialect } from './socket-options.ts'

/** Before the first try to come back, and at most; each wait is from half to one and a half of it. */
const reconnect = { baseMs: 250, capMs: 2_000 }
const handshakeMs = 2_000
const connectWithinMs = 20_000
/** "Come back, to another instance." */
const restarting = 1012
const sent = z.object({ id: z.string(), text: z.string() })

export interface SocketClientPlan {
  readonly workload: string
  readonly client: number
  readonly channel: string
  /** By channel, the last message of those that were confirmed to anybody. */
  readonly confirmed: Map<string, number>
  readonly seats: Seats
  readonly context: Pick<Context, 'clock' | 'random' | 'recorder' | 'signal'>
  readonly dialect: SocketDialect
}

/** One web-socket client that comes back when it is cut off, and says what it has seen. */
export class SocketClient {
  readonly #plan: SocketClientPlan
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  readonly #random: Random
  #socket: WebSocket | undefined
  #lastSeq = 0
  #failures = 0
  #awaited: { readonly seq: number; readonly resolve: () => void } | undefined
  #left = false

  constructor(plan: SocketClientPlan) {
    this.#plan = plan
    this.#random = plan.context.random.fork(`${plan.workload}-${plan.client}`)
  }

  /** Resolves when it hears its channel, however many tries it took; it stays connected until `leave()`. */
  connected(): Promise<void> {
    const { workload, client, seats } = this.#plan
    return new Promise((resolve, reject) => {
      const tooLate = () => {
        const where = seats.of(client).name
        reject(new Error(`client ${client} of ${workload} could not connect to ${where}`))
      }
      AbortSignal.timeout(connectWithinMs).addEventListener('abort', tooLate)
      this.#connect(resolve)
    })
  }

  send({ key, input }: Operation, signal: AbortSignal): Promise<Outcome> {
    const socket = this.#socket
    if (key === undefined || socket?.readyState !== WebSocket.OPEN) {
      return Promise.resolve({ kind: 'fail', ended: 'refused', error: 'refused: not-connected' })
    }
    const { channel, dialect } = this.#plan
    const message = sent.parse(input)
    return new Promise(resolve => {
      this.#waiting.set(key, resolve)
      const giveUp = () => this.#settle(key, { kind: 'info', ended: 'gave-up', error: 'no answer' })
      signal.addEventListener('abort', giveUp, { once: true })
      const frame = dialect.send?.(message, channel) ?? { type: 'send', channel, ...message }
      socket.send(JSON.stringify(frame))
    })
  }

  /** Resolves when it has seen the last message that was confirmed in its channel, or on abort. */
  seenAll(signal: AbortSignal): Promise<void> {
    const { confirmed, channel } = this.#plan
    const seq = confirmed.get(channel) ?? 0
    if (this.#lastSeq >= seq || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      this.#awaited = { seq, resolve }
    })
  }

  leave(): void {
    this.#left = true
    this.#socket?.terminate()
  }

  #connect(opened: () => void): void {
    const { channel, client, seats, dialect } = this.#plan
    const url = `${seats.of(client).websocket}${dialect.path(channel, this.#lastSeq, client)}`
    const socket = new WebSocket(url, { handshakeTimeout: handshakeMs })
    this.#socket = socket
    if (dialect.silentAtMost !== undefined) endWhenSilent(socket, toMs(dialect.silentAtMost))
    let next = opened
    let stood = false
    const heard = (said = channel) => {
      this.#observe('subscribed', { channel: said })
      opened()
      stood = true
      this.#failures = 0
      next = () => this.#observe('reconnected', { after: this.#lastSeq })
    }
    if (!dialect.greets) socket.on('open', () => heard())
    socket.on('message', data => {
      const received = dialect.read(parsed(String(data)))
      if (received?.kind === 'subscribed') heard(received.channel)
      else if (received) this.#take(received)
    })
    // 'close' follows every 'error' and has all we need.
    socket.on('error', () => {})
    socket.on('close', code => {
      // An instance that takes nobody is left; one that was there may only have lost a connection.
      if (!stood || code === restarting) seats.moveOn(client)
      this.#closed(stood ? 'closed' : 'not-connected', code, next)
    })
  }

  #closed(what: string, code: number, next: () => void): void {
    for (const id of this.#waiting.keys()) {
      this.#settle(id, { kind: 'info', ended: 'cut', error: `closed with ${code}` })
    }
    if (this.#left) return
    this.#observe(what, { code })
    const { clock, signal } = this.#plan.context
    clock.sleep(this.#waitMs(), signal).then(
      () => this.#connect(next),
      () => {},
    )
  }

  /** Not all at the same moment, and ever more seldom where nobody takes them. */
  #waitMs(): number {
    const { baseMs, capMs } = reconnect
    const nominalMs = Math.min(capMs, baseMs * 2 ** this.#failures)
    this.#failures += 1
    return nominalMs * (0.5 + this.#random.next())
  }

  #take(received: Exclude<Received, { kind: 'subscribed' }>): void {
    const { channel, confirmed } = this.#plan
    const { id } = received
    if (received.kind === 'confirmed') {
      const { seq } = received
      confirmed.set(channel, Math.max(seq ?? 0, confirmed.get(channel) ?? 0))
      this.#settle(id, { kind: 'ok', value: { channel, id, ...(seq !== undefined && { seq }) } })
    } else if (received.kind === 'refused') {
      const { unknown = false, error, code } = received
      const kind = unknown ? 'info' : 'fail'
      const ended = { kind, ended: 'refused', error: `refused: ${error}` } as const
      this.#settle(id, { ...ended, ...(code !== undefined && { code }) })
    } else {
      const { seq, text, channel: said = channel } = received
      this.#lastSeq = Math.max(this.#lastSeq, seq)
      this.#observe('frame', { channel: said, seq, id, ...(text !== undefined && { text }) })
      if (this.#awaited && seq >= this.#awaited.seq) this.#awaited.resolve()
    }
  }

  #settle(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.(outcome)
    this.#waiting.delete(id)
  }

  #observe(what: string, value: { readonly [key: string]: string | number }): void {
    const { workload, client, context } = this.#plan
    context.recorder.record({ kind: 'observed', workload, client, what, value })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
