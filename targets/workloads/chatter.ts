import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Operation } from '../../lab/model/workload.ts'
import type { Seats } from './endpoints.ts'
import { endWhenSilent } from './silence.ts'

/** Before the first try to come back, and at most; each wait is from half to one and a half of it. */
const reconnect = { baseMs: 250, capMs: 2_000 }
const handshakeMs = 2_000
const connectWithinMs = 20_000
/** "Come back, to another instance." */
const restarting = 1012

const frame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    channel: z.string(),
    seq: z.number(),
    id: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('sent'), id: z.string(), seq: z.number() }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    outcome: z.enum(['not-done', 'unknown']),
    about: z.string(),
  }),
  z.object({ type: z.literal('subscribed'), channel: z.string() }),
])

type Frame = z.infer<typeof frame>

export interface ChatterPlan {
  readonly workload: string
  readonly client: number
  readonly channel: string
  /** By channel, the last message of those that were confirmed to anybody. */
  readonly confirmed: Map<string, number>
  readonly seats: Seats
  readonly context: Context
  /** Hears nothing for so long, not even a ping: comes back on another connection. */
  readonly silentMs: number
}

/** One web-socket client with reconnection and resume, as a browser would have it. */
export class Chatter {
  readonly #plan: ChatterPlan
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  readonly #random: Random
  #socket: WebSocket | undefined
  #lastSeq = 0
  #failures = 0
  #awaited: { readonly seq: number; readonly resolve: () => void } | undefined
  #left = false

  constructor(plan: ChatterPlan) {
    this.#plan = plan
    this.#random = plan.context.random.fork(`${plan.workload}-${plan.client}`)
  }

  /**
   * Resolves when a connection stands, however many tries it took; then keeps itself connected until
   * `leave()`.
   */
  connected(): Promise<void> {
    const { workload, client, seats } = this.#plan
    return new Promise((resolve, reject) => {
      AbortSignal.timeout(connectWithinMs).addEventListener('abort', () =>
        reject(
          new Error(`${workload} client ${client} could not connect to ${seats.of(client).name}`),
        ),
      )
      this.#connect(resolve)
    })
  }

  send(operation: Operation, signal: AbortSignal): Promise<Outcome> {
    const socket = this.#socket
    const id = operation.key
    if (id === undefined || socket?.readyState !== WebSocket.OPEN) {
      return Promise.resolve({ kind: 'fail', ended: 'refused', error: 'refused: not-connected' })
    }
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      const giveUp = () => this.#settle(id, { kind: 'info', ended: 'gave-up', error: 'no answer' })
      signal.addEventListener('abort', giveUp, { once: true })
      const { channel } = this.#plan
      socket.send(JSON.stringify({ type: 'send', channel, ...Object(operation.input) }))
    })
  }

  /** Resolves when it has seen the last message that was confirmed in its channel, or on abort. */
  seen(signal: AbortSignal): Promise<void> {
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
    const { channel, client, seats, silentMs } = this.#plan
    const query = new URLSearchParams({
      channel,
      client: `client-${client}`,
      after: `${this.#lastSeq}`,
    })
    const { websocket } = seats.of(client)
    const socket = new WebSocket(`${websocket}/chat?${query}`, { handshakeTimeout: handshakeMs })
    this.#socket = socket
    endWhenSilent(socket, silentMs)
    let next = opened
    let stood = false
    socket.on('message', data => {
      if (this.#take(String(data)) !== 'subscribed') return
      opened()
      stood = true
      this.#failures = 0
      next = () => this.#observe('reconnected', { after: this.#lastSeq })
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
    const again = () => this.#connect(next)
    const { clock, signal } = this.#plan.context
    clock.sleep(this.#waitMs(), signal).then(again, () => {})
  }

  /** Not all at the same moment, and ever more seldom where nobody takes them. */
  #waitMs(): number {
    const { baseMs, capMs } = reconnect
    const nominalMs = Math.min(capMs, baseMs * 2 ** this.#failures)
    this.#failures += 1
    return nominalMs * (0.5 + this.#random.next())
  }

  #take(text: string): Frame['type'] {
    const message = frame.parse(JSON.parse(text))
    if (message.type === 'sent') {
      const { channel, confirmed } = this.#plan
      const { seq, id } = message
      confirmed.set(channel, Math.max(seq, confirmed.get(channel) ?? 0))
      this.#settle(id, { kind: 'ok', value: { channel, seq, id } })
    } else if (message.type === 'error') {
      const kind = message.outcome === 'not-done' ? 'fail' : 'info'
      const { code } = message
      this.#settle(message.about, { kind, ended: 'refused', code, error: `refused: ${code}` })
    } else if (message.type === 'message') {
      const { channel, seq, id, text } = message
      this.#lastSeq = Math.max(this.#lastSeq, seq)
      this.#observe('frame', { channel, seq, id, text })
      if (this.#awaited && seq >= this.#awaited.seq) this.#awaited.resolve()
    } else {
      this.#observe('subscribed', { channel: message.channel })
    }
    return message.type
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
