/** Bytes of one direction so far. */
interface Carried {
  readonly received: number
  readonly sent: number
}

/** What a connection has carried so far. */
export interface ConnectionTraffic {
  readonly up: Carried
  readonly down: Carried
}

/** Paths and other people's words must not grow the table of counters without end. */
const MOST_KINDS = 500

type Role = 'request' | 'response' | 'error' | 'toxic'

/** Totals of one proxy. Bytes of open connections are added when read, so hot paths only count up. */
export class Traffic {
  connects = 0
  closes = 0
  refused = 0
  unparsed = 0
  readonly #messages: Readonly<Record<Role, Map<string, { count: number }>>> = {
    request: new Map(),
    response: new Map(),
    error: new Map(),
    toxic: new Map(),
  }
  #received = { upstream: 0, downstream: 0 }
  #sent = { upstream: 0, downstream: 0 }

  /** Counted as `request:SET`, `error:READONLY`, `toxic:<its name>`. Past MOST_KINDS of a role, all new as `…:other`. */
  message(role: Role, kind: string): void {
    const counter = this.#messages[role].get(kind)
    if (counter) counter.count++
    else this.#firstOf(role, kind)
  }

  #firstOf(role: Role, kind: string): void {
    const counters = this.#messages[role]
    const name = counters.size < MOST_KINDS ? kind : 'other'
    const other = counters.get(name)
    if (other) other.count++
    else counters.set(name, { count: 1 })
  }

  opened(): void {
    this.connects++
  }

  closed({ up, down }: ConnectionTraffic): void {
    this.closes++
    this.#received.upstream += up.received
    this.#received.downstream += down.received
    this.#sent.upstream += up.sent
    this.#sent.downstream += down.sent
  }

  counts(open: Iterable<ConnectionTraffic>): Record<string, number> {
    const { connects, closes, refused, unparsed } = this
    const { received } = this.totals(open)
    return {
      connects,
      closes,
      refused,
      unparsed,
      bytesUp: received.upstream,
      bytesDown: received.downstream,
      ...this.#messageCounts(),
    }
  }

  #messageCounts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const [role, counters] of Object.entries(this.#messages)) {
      for (const [kind, { count }] of counters) counts[`${role}:${kind}`] = count
    }
    return counts
  }

  /** As they stand now, those of open connections included. */
  totals(open: Iterable<ConnectionTraffic>) {
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
