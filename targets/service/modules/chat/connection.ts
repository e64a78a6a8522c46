import type { Defences } from '../../defences.ts'
import { Problem } from '../../problem.ts'
import type { Peer } from '../../sockets/peer.ts'
import type { Session } from '../../sockets/protocol.ts'
import type { ChatQuery, ClientFrame, ServerFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Messages } from './repository.ts'
import type { Chat } from './service.ts'
import { Subscription } from './subscription.ts'

export interface ConnectionParts {
  readonly chat: Chat
  readonly hub: Hub
  readonly messages: Messages
  readonly defences: Defences
}

const maxSubscriptions = 100

/** One client of the chat, with its subscriptions. */
export class Connection implements Session<ClientFrame> {
  readonly first: ClientFrame | undefined
  readonly #parts: ConnectionParts
  readonly #peer: Peer
  readonly #client: string
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #onClosed: () => void

  constructor(peer: Peer, query: ChatQuery, parts: ConnectionParts, onClosed: () => void) {
    const { client, channel, after } = query
    this.#parts = parts
    this.#peer = peer
    this.#client = client
    this.#onClosed = onClosed
    const since = after === undefined ? {} : { after }
    this.first = channel === undefined ? undefined : { type: 'subscribe', channel, ...since }
  }

  /** Replaying may take long, and is bounded query by query. */
  isUnhurried({ type }: ClientFrame): boolean {
    return type === 'subscribe'
  }

  about(frame: ClientFrame): string {
    return frame.type === 'send' ? frame.id : frame.channel
  }

  /** Half a replay is a gap: let the client come back with what it has. */
  failed({ type }: ClientFrame, { details }: Problem): void {
    if (type === 'subscribe' && details.status >= 500) this.#peer.close(1013, 'try again later')
  }

  async handle(frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case 'send': {
        this.#refuseStranger(frame.channel)
        const { type: _, ...message } = frame
        const seq = await this.#parts.chat.send(message, this.#client)
        this.#send({ type: 'sent', id: frame.id, seq })
        this.#parts.chat.announce({ ...message, seq })
        return
      }
      case 'subscribe':
        this.#refuseStranger(frame.channel)
        return this.#subscribe(frame.channel, frame.after)
      case 'unsubscribe':
        this.#unsubscribe(frame.channel)
        this.#send({ type: 'unsubscribed', channel: frame.channel })
    }
  }

  closed(): void {
    for (const channel of this.#subscriptions.keys()) this.#unsubscribe(channel)
    this.#onClosed()
  }

  async #subscribe(channel: string, after: number | undefined): Promise<void> {
    if (this.#subscriptions.size >= maxSubscriptions) {
      return this.#peer.close(1008, 'too many subscriptions')
    }
    this.#unsubscribe(channel)
    const { hub, messages, defences } = this.#parts
    const { pageSize, maxReplay } = defences.settings('websocket-resume')
    const deliver = (text: string, onSent?: () => void) => this.#peer.write(text, onSent)
    const onReset = (seq: number) => this.#send({ type: 'reset', channel, seq })
    const feed = await hub.acquire(channel)
    const options = { channel, feed, messages, pageSize, maxReplay, deliver, onReset }
    const subscription = new Subscription(options)
    this.#subscriptions.set(channel, subscription)
    this.#send({ type: 'subscribed', channel })
    if (after !== undefined && defences.on('websocket-resume')) await subscription.startAfter(after)
    else subscription.startLive()
    if (!this.#peer.isOpen) this.#unsubscribe(channel)
  }

  #unsubscribe(channel: string): void {
    this.#subscriptions.get(channel)?.stop()
    if (this.#subscriptions.delete(channel)) this.#parts.hub.release(channel)
  }

  #send(frame: ServerFrame): void {
    this.#peer.send<ServerFrame>(frame)
  }

  /** `private:USER-ID:…` belongs to that person; every other channel to everybody. */
  #refuseStranger(channel: string): void {
    const owner = /^private:([^:]+)/.exec(channel)?.[1]
    if (owner === undefined || owner === this.#peer.caller?.userId) return
    throw new Problem({ status: 403, code: 'forbidden', title: 'This channel is not yours.' })
  }
}
