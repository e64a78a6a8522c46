import { randomUUID } from 'node:crypto'
import type { Instance } from '../application.ts'
import { eventually } from '../person.ts'
import { SocketClient } from '../socket-client.ts'

interface Options {
  readonly channel?: string
  readonly after?: number
  readonly client?: string
}

/** A client of the chat. */
export class ChatClient extends SocketClient {
  /** Resolves when open, and subscribed when a channel is given. */
  static async open(instance: Instance, options: Options = {}): Promise<ChatClient> {
    const { client: name = 'test', channel, after } = options
    const query = new URLSearchParams({ client: name })
    if (channel) query.set('channel', channel)
    if (after !== undefined) query.set('after', `${after}`)
    const client = await new ChatClient(instance, `/chat?${query}`).opened()
    if (channel) await client.got(frame => frame.type === 'subscribed')
    return client
  }

  /** Sends a message and resolves to its number. */
  async say(channel: string, text: string, id: string = randomUUID()): Promise<number> {
    this.send({ type: 'send', id, channel, text })
    const answer = await this.got(frame => frame.id === id && frame.type === 'sent')
    return answer.seq ?? 0
  }

  /** Resolves when it has so many messages of a channel, or is closed. */
  async has(channel: string, count: number, withinMs = 20_000): Promise<void> {
    await eventually(
      async () => this.numbers(channel).length,
      length => length >= count || this.closed !== undefined,
      withinMs,
    )
  }

  /** The numbers of the messages of one channel, as they came. */
  numbers(channel: string): number[] {
    return this.frames
      .filter(frame => frame.type === 'message' && frame.channel === channel)
      .map(frame => frame.seq ?? 0)
  }
}

/** 1, 2, 3 … */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
