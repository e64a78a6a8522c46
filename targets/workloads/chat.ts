import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { endWhenSilent } from './silence.ts'
import { uuid } from './uuid.ts'

const channels = 5
const reconnectAfterMs = 250
const connectWithinMs = 10_000
/** Two and a half heartbeats of the service, with its default. */
const silentMs = 12_500

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

/**
 * People who chat: `connections` web sockets over all instances, each subscribed to one of five
 * channels, who reconnect when cut, to the next instance where theirs is gone, and name the last
 * message they have seen. What each of them saw is in the journal as `observed`.
 */
export function chat(options: {
  readonly connections: number
  readonly perSecond: number
}): Workload<WithEndpoints> {
  return {
    name: 'chat',
    perSecond: options.perSecond,
    clients: options.connections,
    maxInFlight: 400,
    giveUpMs: 4_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: messages,
    open: async (system, context) => {
      const seats = new Seats(system)
      const people = Array.from({ length: options.connections }, (_, client) => {
        return new Person(seats, `room-${client % channels}`, client, context)
      })
      const leave = () =>
        people.forEach(person => {
          person.leave()
        })
      await Promise.all(people.map(person => person.connected())).catch(error => {
        leave()
        throw error
      })
      return {
        perform: (operation, client, signal) =>
          people[client % people.length]?.send(operation, signal) ??
          Promise.resolve({ kind: 'fail', ended: 'refused', error: 'no such client' }),
        [Symbol.asyncDispose]: async () => leave(),
      }
    },
  }
}

function* messages(random: Random): Generator<Operation> {
  for (let number = 0; ; number++) {
    const id = uuid(random)
    yield { f: 'send', key: id, input: { id, text: `hello ${number}` } }
  }
}

/** One web-socket client with reconnection and resume, as a browser would have it. */
class Person {
  readonly #seats: Seats
  readonly #channel: string
  readonly #client: number
  readonly #context: Context
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  #socket: WebSocket | undefined
  #lastSeq = 0
  #left = false

  constructor(seats: Seats, channel: string, client: number, context: Context) {
    this.#seats = seats
    this.#channel = channel
    this.#client = client
    this.#context = context
  }

  /**
   * Resolves when a connection stands, however many tries it took; then keeps itself connected until
   * `leave()`.
   */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(connectWithinMs)
      signal.addEventListener('abort', () =>
        reject(
          new Error(
            `chat client ${this.#client} could not connect to ${this.#seats.of(this.#client).name}`,
          ),
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
      signal.addEventListener(
        'abort',
        () => this.#settle(id, { kind: 'info', ended: 'gave-up', error: 'no answer' }),
        {
          once: true,
        },
      )
      socket.send(
        JSON.stringify({ type: 'send', channel: this.#channel, ...Object(operation.input) }),
      )
    })
  }

  leave(): void {
    this.#left = true
    this.#socket?.terminate()
  }

  #connect(opened: () => void): void {
    const query = new URLSearchParams({
      channel: this.#channel,
      client: `client-${this.#client}`,
      after: `${this.#lastSeq}`,
    })
    const { websocket } = this.#seats.of(this.#client)
    const socket = new WebSocket(`${websocket}/chat?${query}`, { handshakeTimeout: 2_000 })
    this.#socket = socket
    endWhenSilent(socket, silentMs)
    let next = opened
    let stood = false
    socket.on('message', data => {
      if (this.#take(String(data)) !== 'subscribed') return
      opened()
      stood = true
      next = () => this.#observe('reconnected', { after: this.#lastSeq })
    })
    // 'close' follows every 'error' and has all we need.
    socket.on('error', () => {})
    socket.on('close', code => {
      // An instance that takes nobody is left; one that was there may only have lost a connection.
      if (!stood) this.#seats.moveOn(this.#client)
      this.#closed(code, next)
    })
  }

  #closed(code: number, next: () => void): void {
    for (const id of this.#waiting.keys()) {
      this.#settle(id, { kind: 'info', ended: 'cut', error: `closed with ${code}` })
    }
    if (this.#left) return
    this.#observe('closed', { code })
    const again = () => this.#connect(next)
    this.#context.clock.sleep(reconnectAfterMs, this.#context.signal).then(again, () => {})
  }

  #take(text: string): Frame['type'] {
    const message = frame.parse(JSON.parse(text))
    if (message.type === 'sent') {
      this.#settle(message.id, {
        kind: 'ok',
        value: { channel: this.#channel, seq: message.seq, id: message.id },
      })
    } else if (message.type === 'error') {
      const kind = message.outcome === 'not-done' ? 'fail' : 'info'
      const { code } = message
      this.#settle(message.about, { kind, ended: 'refused', code, error: `refused: ${code}` })
    } else if (message.type === 'message') {
      const { channel, seq, id, text } = message
      this.#lastSeq = Math.max(this.#lastSeq, seq)
      this.#observe('frame', { channel, seq, id, text })
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
    const { recorder } = this.#context
    recorder.record({ kind: 'observed', workload: 'chat', client: this.#client, what, value })
  }
}
