import type { Connection } from './connection.ts'

/** Totals of one proxy. Bytes of open connections are added when read, so hot paths only count up. */
export class Traffic {
  connects = 0
  closes = 0
  refused = 0
  #received = { upstream: 0, downstream: 0 }
  #sent = { upstream: 0, downstream: 0 }

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
    const { connects, closes, refused } = this
    const { received } = this.totals(open)
    return {
      connects,
      closes,
      refused,
      bytesUp: received.upstream,
      bytesDown: received.downstream,
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
