import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Context } from '../../lab/model/target.ts'
import { endWhenSilent } from '../../lab/workloads/silence.ts'
import type { Seats } from './endpoints.ts'
import type { Person } from './people.ts'

const reconnectAfterMs = 250
/** Two and a half heartbeats of the service, with its default. */
const silentMs = 12_500

const frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('authenticated') }),
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('notice'), cursor: z.string(), messageId: z.string() }),
  z.object({ type: z.literal('error'), code: z.string() }),
])

/**
 * Each person hears by web socket of messages that were handled, and reconnects when cut, with the
 * place of the last notice. What is heard again is no news; what is new is `observed` as a frame of
 * the person's channel.
 */
export function listenForNotices(
  seats: Seats,
  people: readonly Person[],
  context: Pick<Context, 'clock' | 'signal' | 'recorder'>,
): Disposable {
  const listeners = people.map((person, client) => new Listener(seats, person, client, context))
  return {
    [Symbol.dispose]: () =>
      listeners.forEach(listener => {
        listener.leave()
      }),
  }
}

class Listener {
  readonly #seats: Seats
  readonly #person: Person
  readonly #client: number
  readonly #context: Pick<Context, 'clock' | 'signal' | 'recorder'>
  readonly #heard = new Set<string>()
  #socket: WebSocket | undefined
  #cursor = '0-0'
  #left = false

  constructor(
    seats: Seats,
    person: Person,
    client: number,
    context: Pick<Context, 'clock' | 'signal' | 'recorder'>,
  ) {
    this.#seats = seats
    this.#person = person
    this.#client = client
    this.#context = context
    this.#connect()
  }

  leave(): void {
    this.#left = true
    this.#socket?.terminate()
  }

  #connect(): void {
    const { websocket } = this.#seats.of(this.#client)
    const socket = new WebSocket(`${websocket}/messages`, { handshakeTimeout: 2_000 })
    this.#socket = socket
    endWhenSilent(socket, silentMs)
    let stood = false
    const say = (said: object) => socket.send(JSON.stringify(said))
    socket.on('open', () => say({ type: 'auth', token: this.#person.accessToken }))
    socket.on('message', data => {
      const told = frame.parse(JSON.parse(`${data}`))
      if (told.type === 'authenticated') say({ type: 'listen', after: this.#cursor })
      if (told.type === 'listening') {
        stood = true
        this.#observe('subscribed', {})
      }
      if (told.type === 'notice') this.#hear(told)
    })
    // 'close' follows every 'error' and has all we need.
    socket.on('error', () => {})
    socket.on('close', () => {
      // An instance that takes nobody is left; one that was there may only have lost a connection.
      if (!stood) this.#seats.moveOn(this.#client)
      if (this.#left) return
      const again = () => this.#connect()
      this.#context.clock.sleep(reconnectAfterMs, this.#context.signal).then(again, () => {})
    })
  }

  #hear({ cursor, messageId: id }: { readonly cursor: string; readonly messageId: string }): void {
    this.#cursor = cursor
    if (this.#heard.has(id)) return
    this.#heard.add(id)
    this.#observe('frame', { id, seq: this.#heard.size })
  }

  #observe(what: string, value: { readonly [key: string]: string | number }): void {
    const channel = `person-${this.#client}`
    this.#context.recorder.record({
      kind: 'observed',
      workload: 'messages',
      client: this.#client,
      what,
      value: { channel, ...value },
    })
  }
}
