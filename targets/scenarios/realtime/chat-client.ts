import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Instance } from '../application.ts'
import { eventually } from '../person.ts'

interface Frame {
  readonly type: string
  readonly seq?: number
  readonly channel?: string
  readonly text?: string
  readonly id?: string
  readonly code?: string
}

interface Options {
  readonly channel?: string
  readonly after?: number
  readonly client?: string
}

/** A web-socket client of the chat that keeps every frame it got. */
export class ChatClient implements Disposable {
  readonly frames: Frame[] = []
  readonly socket: WebSocket
  closed: { readonly code: number; readonly reason: string } | undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', data => this.frames.push(JSON.parse(data.toString())))
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    socket.on('error', () => {}) // seen as a close
  }

  /** Resolves when open, and subscribed when a channel is given. */
  static async open(instance: Instance, options: Options = {}): Promise<ChatClient> {
    const url = new URL('/chat', instance.url('realtime').replace('http', 'ws'))
    url.searchParams.set('client', options.client ?? 'test')
    if (options.channel) url.searchParams.set('channel', options.channel)
    if (options.after !== undefined) url.searchParams.set('after', `${options.after}`)
    const client = new ChatClient(new WebSocket(url))
    if (options.channel) await client.got(frame => frame.type === 'subscribed')
    else
      await eventually(
        async () => client.socket.readyState,
        state => state === WebSocket.OPEN,
      )
    return client
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** Sends a message and resolves to its number. */
  async say(channel: string, text: string, id: string = randomUUID()): Promise<number> {
    this.send({ type: 'send', id, channel, text })
    const answer = await this.got(frame => frame.id === id && frame.type === 'sent')
    return answer.seq ?? 0
  }

  async got(accepts: (frame: Frame) => boolean, withinMs = 5_000): Promise<Frame> {
    const found = await eventually(
      async () => this.frames.find(accepts),
      frame => frame !== undefined || this.closed !== undefined,
      withinMs,
    )
    if (!found) throw new Error(`closed with ${this.closed?.code} ${this.closed?.reason}`)
    return found
  }

  /** The numbers of the messages of one channel, as they came. */
  numbers(channel: string): number[] {
    return this.frames
      .filter(frame => frame.type === 'message' && frame.channel === channel)
      .map(frame => frame.seq ?? 0)
  }

  async whenClosed(withinMs = 5_000): Promise<number> {
    const closed = await eventually(
      async () => this.closed,
      each => each !== undefined,
      withinMs,
    )
    return closed?.code ?? 0
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}

/** 1, 2, 3 … */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
