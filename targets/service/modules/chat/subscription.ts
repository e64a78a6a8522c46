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
  /** Gives a message to the client; `onSent` when it has left, or never will. */
  readonly deliver: (frame: string, onSent?: () => void) => void
}

/** One client on one channel: every message after its cursor, in order, none twice. */
export class Subscription implements Listener {
  readonly #options: Options
  #cursor = 0
  #live = false
  #stopped = false

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
    while (!this.#stopped) {
      const stored = await messages.after(channel, this.#cursor, pageSize)
      await this.#passAll(stored)
      // While the query ran, the feed may have delivered more than it saw.
      if (stored.length < pageSize && this.#cursor >= (feed.head ?? 0)) break
    }
    this.#live = !this.#stopped
  }

  offer(message: Message, frame: string): void {
    if (this.#live) this.#pass(message, frame)
  }

  stop(): void {
    this.#stopped = true
    this.#live = false
    this.#options.feed.listeners.delete(this)
  }

  /** No faster than the client reads: who was away long must not be cut off for catching up. */
  #passAll(stored: readonly Message[]): Promise<void> {
    const last = stored.at(-1)
    if (!last) return Promise.resolve()
    return new Promise(resolve => {
      for (const message of stored) {
        this.#pass(message, frameOf(message), message === last ? resolve : undefined)
      }
    })
  }

  #pass(message: Message, frame: string, onSent?: () => void): void {
    if (message.seq > this.#cursor) {
      this.#cursor = message.seq
      this.#options.deliver(frame, onSent)
    } else {
      onSent?.()
    }
  }
}

function frameOf(message: Message): string {
  return JSON.stringify({ type: 'message', ...message })
}
