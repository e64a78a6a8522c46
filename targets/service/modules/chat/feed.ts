import type { Message } from './frames.ts'

/** Where a feed goes with what it has put in order. */
export interface Listener {
  offer(message: Message, frame: string): void
}

interface FeedOptions {
  /** How long announcements may overtake each other before a gap counts as a loss. */
  readonly gapMs: number
  /** Gives the messages after this number; without it a lost message stays lost. */
  readonly replay?: (afterSeq: number) => Promise<readonly Message[]>
  readonly onError: (error: unknown) => void
}

/** One channel on this instance: puts announcements in order, once each, and fills the gaps. */
export class Feed {
  readonly #options: FeedOptions
  readonly #held = new Map<number, Message>()
  readonly listeners = new Set<Listener>()
  #head: number | undefined
  #timer: NodeJS.Timeout | undefined
  #gapAfter: number | undefined
  #catchingUp: Promise<void> | undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** The last number that was delivered here; undefined before the first. */
  get head(): number | undefined {
    return this.#head
  }

  /** Delivery begins after this number. */
  startAfter(seq: number): void {
    this.#head ??= seq
    this.#drain()
  }

  /** A message as Redis announced it. */
  announce(message: Message): void {
    if (this.#head === undefined && !this.#options.replay) this.#head = message.seq - 1
    if (message.seq <= (this.#head ?? 0)) return
    this.#held.set(message.seq, message)
    this.#drain()
  }

  /** Delivers what was stored after the head. Harmless when there is nothing. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#replayAll()
      .catch(this.#options.onError)
      .finally(() => {
        this.#catchingUp = undefined
      })
    return this.#catchingUp
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #replayAll(): Promise<void> {
    const { replay } = this.#options
    while (replay && this.#head !== undefined) {
      const stored = await replay(this.#head)
      for (const message of stored) this.#held.set(message.seq, message)
      this.#drain()
      if (stored.length === 0) return
    }
  }

  #drain(): void {
    if (this.#head === undefined) return
    for (const seq of this.#held.keys()) if (seq <= this.#head) this.#held.delete(seq)
    for (let next = this.#held.get(this.#head + 1); next; next = this.#held.get(this.#head + 1)) {
      this.#head = next.seq
      this.#held.delete(next.seq)
      this.#deliver(next)
    }
    this.#watchGap(this.#head)
  }

  /** One timer per gap: further announcements behind it must not put it off. */
  #watchGap(head: number): void {
    if (this.#held.size > 0 && this.#gapAfter === head) return
    clearTimeout(this.#timer)
    this.#gapAfter = this.#held.size > 0 ? head : undefined
    if (this.#held.size > 0) this.#timer = setTimeout(() => this.#closeGap(), this.#options.gapMs)
  }

  #deliver(message: Message): void {
    const frame = JSON.stringify({ type: 'message', ...message })
    for (const listener of this.listeners) listener.offer(message, frame)
  }

  #closeGap(): void {
    this.#gapAfter = undefined
    if (this.#options.replay) {
      void this.catchUp()
      return
    }
    this.#head = Math.min(...this.#held.keys()) - 1
    this.#drain()
  }
}
