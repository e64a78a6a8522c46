import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { endWhenSilent } from '../../../lab/workloads/silence.ts'
import type { Instance } from '../application.ts'
import { ChatClient } from './chat-client.ts'

interface Options {
  readonly channel: string
  /** Where it goes first, and then in turn. */
  readonly instances: readonly Instance[]
  readonly silentMs: number
}

const againAfterMs = 50

/**
 * A client of one channel as an application should have it: it takes silence for the death of its
 * peer, and comes back at the next instance with the number of the last message it has.
 */
export class SteadyClient implements AsyncDisposable {
  /** The numbers of all messages, as they came. */
  readonly numbers: number[] = []
  /** What ended its connections: a code, or 1006 for none. */
  readonly ends: number[] = []
  readonly #options: Options
  readonly #living: Promise<void>
  #present: ChatClient | undefined
  #isLeaving = false

  constructor(options: Options) {
    this.#options = options
    this.#living = this.#live()
  }

  get isSubscribed(): boolean {
    return this.#present?.frames.some(({ type }) => type === 'subscribed') ?? false
  }

  async #live(): Promise<void> {
    const { channel, instances, silentMs } = this.#options
    for (let turn = 0; !this.#isLeaving; turn++) {
      const instance = instances[turn % instances.length]
      if (!instance) throw new Error('A client needs at least one instance.')
      const query = new URLSearchParams({ client: 'steady', channel, after: `${this.#last}` })
      const client = new ChatClient(instance, `/chat?${query}`)
      this.#present = client
      endWhenSilent(client.socket, silentMs)
      client.socket.on('message', () => this.#take(client))
      const ended = Promise.withResolvers<void>()
      client.socket.on('close', ended.resolve)
      if (client.socket.readyState === WebSocket.CLOSED) ended.resolve()
      await ended.promise
      this.ends.push(client.closed?.code ?? 0)
      if (!this.#isLeaving) await pause(againAfterMs)
    }
  }

  get #last(): number {
    return this.numbers.at(-1) ?? 0
  }

  #take(client: ChatClient): void {
    const frame = client.frames.at(-1)
    if (frame?.type === 'message') this.numbers.push(frame.seq ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isLeaving = true
    this.#present?.socket.terminate()
    await this.#living
  }
}
