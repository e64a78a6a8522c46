import type { Connection } from './connection.ts'

/** Paths and other people's words must not grow the table of counters without end. */
const MOST_KINDS = 500

/** Totals of one proxy. Bytes of open connections are added when read, so hot paths only count up. */
export class Traffic {
  connects = 0
  closes = 0
  refused = 0
  unparsed = 0
  readonly #messages = new Map<string, number>()
  #received = { upstream: 0, downstream: 0 }
  #sent = { upstream: 0, downstream: 0 }

  /** `request:SET`, `error:READONLY`. Past MOST_KINDS names, all new ones count as `…:other`. */
  message(role: 'request' | 'response' | 'error', kind: string): void {
    const messages = this.#messages
    const name = `${role}:${kind}`
    const count = messages.get(name)
    if (count !== undefined) messages.set(name, count + 1)
    else if (messages.size < MOST_KINDS) messages.set(name, 1)
    else messages.set(`${role}:other`, (messages.get(`${role}:other`) ?? 0) + 1)
  }

  opened(): void {
    this.connects++
  }

  closed({ up, down }: Connection): void {
    this.closes++
    this.#received.upstream += up.received
    this.#received.downstream += down.received
    this.#sent.upstream += up.sent
    this.#sent.downstream += down.sent
  }

  counts(open: Iterable<Connection>): Record<string, number> {
    const { connects, closes, refused, unparsed } = this
    const { received } = this.totals(open)
    return {
      connects,
      closes,
      refused,
      unparsed,
      bytesUp: received.upstream,
      bytesDown: received.downstream,
      ...Object.fromEntries(this.#messages),
    }
  }

  /** As they stand now, those of open connections included. */
  totals(open: Iterable<Connection>) {
    const received = { ...this.#received }
    const sent = { ...this.#sent }
    for (const { up, down } of open) {
      received.upstream += up.received
      received.downstream += down.received
      sent.upstream += up.sent
      sent.downstream += down.sent
    }
    return { received, sent }
  }
}
