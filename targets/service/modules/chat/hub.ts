import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Defences } from '../../defences.ts'
import { Feed } from './feed.ts'
import { message } from './frames.ts'
import type { Messages } from './repository.ts'

interface Parts {
  readonly messages: Messages
  readonly subscriber: Redis
  readonly defences: Defences
  readonly log: Pick<Logger, 'warn'>
}

interface OpenFeed {
  readonly feed: Feed
  readonly started: Promise<void>
  users: number
}

const prefix = 'chat:'

/**
 * The channels somebody listens to on this instance. Postgres is the truth and Redis only
 * announces: with `websocket-resume` every feed looks into Postgres after a reconnection of Redis,
 * after a jump in numbers, and every `pollMs`, so a message is late by at most that plus a query.
 */
export class Hub {
  readonly #parts: Parts
  readonly #open = new Map<string, OpenFeed>()
  readonly #poll: NodeJS.Timeout | undefined
  #polling = false

  constructor(parts: Parts) {
    this.#parts = parts
    const { subscriber, defences } = parts
    subscriber.on('ready', () => void this.#onReady())
    subscriber.on('message', (_channel, text) => this.#onAnnouncement(text))
    if (defences.on('websocket-resume')) {
      const { pollMs } = defences.settings('websocket-resume')
      this.#poll = setInterval(() => void this.#catchUpLate(), pollMs)
    }
  }

  /**
   * The channel's feed, announcing from now on; to be released once for each time it was acquired.
   * @throws when Postgres cannot say where the channel is; then there is nothing to release.
   */
  async acquire(channel: string): Promise<Feed> {
    const open = this.#open.get(channel) ?? this.#openFeed(channel)
    open.users += 1
    try {
      await open.started
      return open.feed
    } catch (error) {
      this.release(channel)
      throw error
    }
  }

  release(channel: string): void {
    const open = this.#open.get(channel)
    if (!open) return
    open.users -= 1
    if (open.users > 0) return
    open.feed.close()
    this.#open.delete(channel)
    this.#parts.subscriber.unsubscribe(prefix + channel).catch(() => {}) // gone with Redis anyway
  }

  close(): void {
    clearInterval(this.#poll)
    for (const { feed } of this.#open.values()) feed.close()
  }

  #openFeed(channel: string): OpenFeed {
    const { messages, defences, log } = this.#parts
    const { gapMs, pageSize } = defences.settings('websocket-resume')
    const resumes = defences.on('websocket-resume')
    const feed = new Feed({
      gapMs: resumes ? gapMs : 10 * gapMs,
      ...(resumes && { replay: seq => messages.after(channel, seq, pageSize) }),
      onError: err => log.warn({ err, channel }, 'catch-up failed'),
    })
    const open = { feed, users: 0, started: this.#start(channel, feed) }
    this.#open.set(channel, open)
    return open
  }

  /**
   * Nobody waits for Redis: what is announced before it has subscribed is found by the next look
   * into Postgres, where there is one.
   */
  async #start(channel: string, feed: Feed): Promise<void> {
    const { messages, subscriber, defences, log } = this.#parts
    const subscribed = subscriber.subscribe(prefix + channel).catch(err => {
      log.warn({ err, channel }, 'subscribed later, when Redis is back')
    })
    if (!defences.on('websocket-resume')) return void (await subscribed)
    feed.startAfter((await messages.heads([channel])).get(channel) ?? 0)
  }

  #onAnnouncement(text: string): void {
    const announced = message.safeParse(parseJson(text))
    if (announced.success) this.#open.get(announced.data.channel)?.feed.announce(announced.data)
    else this.#parts.log.warn({ event: 'chat-bad-announcement' }, 'not a chat message')
  }

  async #onReady(): Promise<void> {
    const { subscriber, log } = this.#parts
    const names = [...this.#open.keys()].map(channel => prefix + channel)
    if (names.length === 0) return
    await subscriber.subscribe(...names).catch(err => log.warn({ err }, 'subscription failed'))
    if (!this.#poll) return
    for (const { feed } of this.#open.values()) void feed.catchUp()
  }

  async #catchUpLate(): Promise<void> {
    if (this.#polling || this.#open.size === 0) return
    this.#polling = true
    try {
      const heads = await this.#parts.messages.heads([...this.#open.keys()])
      for (const [channel, seq] of heads) {
        const feed = this.#open.get(channel)?.feed
        if (feed?.head !== undefined && feed.head < seq) void feed.catchUp()
      }
    } catch (err) {
      this.#parts.log.warn({ err }, 'poll failed')
    } finally {
      this.#polling = false
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
