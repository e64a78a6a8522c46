/** What a proxy saw on a link, as one line of `GET /events`. */
export interface WireEvent {
  readonly kind: 'wire'
  readonly link: string
  readonly connection: number
  /**
   * `abandoned`: one side (`detail`: `client`, `upstream`) let go of a connection that a toxic has cut
   * off, by FIN or with `error` by RST, whether or not the other side learns of it.
   */
  readonly what:
    | 'connect'
    | 'refused'
    | 'close'
    | 'abandoned'
    | 'request'
    | 'response'
    | 'toxic'
    | 'unparsed'
  readonly message?: string
  readonly key?: string
  readonly trace?: string
  readonly error?: string
  readonly detail?: string
}

/** What passed on a link since the line before: names of counters with their increase. */
export interface WireCount {
  readonly kind: 'wire-count'
  readonly link: string
  readonly counts: Readonly<Record<string, number>>
}

/** `atMs` is the proxy's `performance.now()`, the same clock as `GET /clock`. */
export type NumberedEvent = (WireEvent | WireCount) & {
  readonly seq: number
  readonly atMs: number
}

/** Somebody who is told of events. */
export interface Listener {
  hear(event: NumberedEvent): void
  /** Wants the single messages of this link, which come thousands a second. */
  wantsMessages(link: string): boolean
}

/** Hands events to whoever listens; costs next to nothing while nobody does. */
export class Events {
  readonly #listeners = new Set<Listener>()
  readonly #changed: () => void
  #seq = 0

  /** `changed` is called when somebody begins or stops to listen. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  wantsMessages(link: string): boolean {
    return [...this.#listeners].some(listener => listener.wantsMessages(link))
  }

  emit(event: WireEvent | WireCount): void {
    if (this.#listeners.size === 0) return
    const numbered = this.number(event)
    const isMessage = event.kind === 'wire' && perMessage.has(event.what)
    for (const listener of this.#listeners) {
      if (!isMessage || listener.wantsMessages(event.link)) listener.hear(numbered)
    }
  }

  number(event: WireEvent | WireCount): NumberedEvent {
    return { seq: this.#seq++, atMs: performance.now(), ...event }
  }

  /** Returns how to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    this.#changed()
    return () => {
      this.#listeners.delete(listener)
      this.#changed()
    }
  }
}

const perMessage: ReadonlySet<WireEvent['what']> = new Set(['request', 'response', 'unparsed'])
