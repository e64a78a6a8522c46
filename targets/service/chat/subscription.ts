import type { Feed, Listener } from './feed.ts'
import type { Message } from './frames.ts'
import type { Messages } from './repository.ts'

interface Options {
  readonly channel: string
  readonly feed: Feed
  readonly messages: Messages
  readonly pageSize: number
  /** Who missed more than this is told so instead. */
  readonly maxReplay: number
  readonly onReset: (seq: number) => void
  /** Gives a message to the client. */
  readonly deliver: (frame: string) => void
}

/** One client on one channel: every message after its cursor, in order, none twice. */
export class Subscription implements Listener {
  readonly #options: Options
  #cursor = 0
  #live = false

  constructor(options: Options) {
    this.#options = options
  }

  /** From now on. */
  startLive(): void {
    this.#cursor = this.#options.feed.head ?? 0
    this.#live = true
    this.#options.feed.listeners.add(this)
  }

  /** First what was stored after this number, then live, without a gap between. */
  async startAfter(seq: number): Promise<void> {
    const { channel, feed, messages, pageSize, maxReplay, onReset } = this.#options
    const oldest = (feed.head ?? 0) - maxReplay
    if (seq < oldest) onReset(oldest)
    this.#cursor = Math.max(seq, oldest)
    feed.listeners.add(this)
    for (;;) {
      const stored = await messages.after(channel, this.#cursor, pageSize)
      for (const message of stored) this.#pass(message, frameOf(message))
      // While the query ran, the feed may have delivered more than it saw.
      if (stored.length < pageSize && this.#cursor >= (feed.head ?? 0)) break
    }
    this.#live = true
  }

  offer(message: Message, frame: string): void {
    if (this.#live) this.#pass(message, frame)
  }

  stop(): void {
    this.#live = false
    this.#options.feed.listeners.delete(this)
  }

  #pass(message: Message, frame: string): void {
    if (message.seq <= this.#cursor) return
    this.#cursor = message.seq
    this.#options.deliver(frame)
  }
}

function frameOf(message: Message): string {
  return JSON.stringify({ type: 'message', ...message })
}
