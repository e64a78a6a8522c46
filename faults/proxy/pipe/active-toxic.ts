import { randomUUID } from 'node:crypto'
import { parseAddress } from '../base/address.ts'
import { type ClientAddress, isClient, parseClient } from '../base/client-address.ts'
import type { Random } from '../base/random.ts'
import type { ConnectionFacts, Direction } from '../contracts/connection.ts'
import type { BoundToxic } from '../contracts/toxic.ts'

/** Which connections a toxic is for. Absent: all. */
export interface Selection {
  /** `127.0.0.1` (any port) or `127.0.0.1:40312`; `::1` or `[::1]:40312`. */
  readonly client?: string | undefined
  readonly ids?: readonly number[] | undefined
  /**
   * `present`: only those open when the toxic is added, whose ids stand in `ids` from then on. Its
   * removal is silent: what it cut off stays cut off, neither reset nor revived. Default `all`.
   */
  readonly which?: 'all' | 'present' | undefined
}

/** Which of the matches (connections; messages for message toxics) are hit, counted from 1. */
export interface Hits {
  /** Leaves the first so many alone. */
  readonly skip?: number | undefined
  /** Hits at most so many, then passes everything. */
  readonly first?: number | undefined
  /** Hits each n-th: 3 → the 3rd, 6th, … */
  readonly every?: number | undefined
  /** Hits each by this chance, 0 to 1, drawn from the seed. */
  readonly probability?: number | undefined
}

/** How long a toxic stays: then the proxy takes it off by itself. */
export interface Lease {
  readonly ttlMs: number
  /** The time to live starts anew at each heartbeat. */
  readonly heartbeat: boolean
}

export interface ToxicSettings {
  readonly name: string
  readonly type: string
  readonly stream: Direction
  /** Share of the connections it acts on, 0 to 1. */
  readonly toxicity: number
  readonly bound: BoundToxic
  readonly connections?: Selection | undefined
  readonly hits?: Hits | undefined
  readonly lease?: Lease | undefined
}

/** What a toxic really touched. */
export interface Landed {
  connections: number
  bytes: number
  messages: number
}

/** A toxic in force on one proxy. */
export class ActiveToxic {
  readonly settings: ToxicSettings
  readonly landed: Landed = { connections: 0, bytes: 0, messages: 0 }
  /** Tells this toxic from an earlier one of the same name. */
  readonly id = randomUUID()
  toxicity: number
  /** Of a toxic on the way in: SYN packets without an answer, where the kernel tells. */
  unanswered: number | undefined
  readonly #random: Random
  readonly #client: ClientAddress | undefined
  readonly #ids: ReadonlySet<number> | undefined
  #isRemoved = false
  readonly #choices = new Map<number, { readonly draw: number; readonly counted: boolean }>()
  #matches = 0
  #hits = 0

  constructor(settings: ToxicSettings, random: Random) {
    this.settings = settings
    this.toxicity = settings.toxicity
    this.#random = random
    const { client, ids } = settings.connections ?? {}
    this.#ids = ids && new Set(ids)
    this.#client = client === undefined ? undefined : parseClient(client)
  }

  /** Its removal leaves what it cut off as it is. */
  get healsSilently(): boolean {
    return this.settings.connections?.which === 'present'
  }

  /** From now on it hits nothing more, where stages of it stay. */
  remove(): void {
    this.#isRemoved = true
  }

  /** Whether it acts on this connection: drawn once per connection, kept through every update. */
  actsOn(connection: ConnectionFacts, ordinal: number): boolean {
    if (!this.#selects(connection)) return false
    let choice = this.#choices.get(connection.id)
    if (!choice) {
      const random = this.#random.fork(`connection ${ordinal}`)
      const counted = this.settings.bound.level === 'messages' || this.chosen()
      choice = { draw: random.next(), counted }
      this.#choices.set(connection.id, choice)
    }
    return choice.counted && choice.draw < this.toxicity
  }

  #selects({ id, client }: ConnectionFacts): boolean {
    if (this.#ids && !this.#ids.has(id)) return false
    if (!this.#client) return true
    const connected = parseAddress(client)
    return connected !== undefined && isClient(this.#client, connected)
  }

  /** Counts one match and says whether it is one to hit. */
  chosen(): boolean {
    if (this.#isRemoved) return false
    const { skip = 0, first, every, probability } = this.settings.hits ?? {}
    const match = ++this.#matches - skip
    if (match < 1) return false
    if (every !== undefined && match % every !== 0) return false
    if (probability !== undefined && this.#random.fork(`match ${match}`).next() >= probability) {
      return false
    }
    if (first !== undefined && this.#hits >= first) return false
    this.#hits++
    return true
  }

  /** Chance for this toxic on this connection, the same in each run with the same seed. */
  chance(ordinal: number): Random {
    return this.#random.fork(`behaviour ${ordinal}`)
  }

  /** Null: nobody counts those that were turned away. */
  #onTheWayIn(): object | null {
    return this.unanswered === undefined ? null : { packets: this.unanswered }
  }

  forget(connection: ConnectionFacts): void {
    this.#choices.delete(connection.id)
  }

  toJSON(): object {
    const { name, type, stream, bound, connections, hits, lease } = this.settings
    return {
      attributes: bound.attributes(),
      name,
      type,
      stream,
      toxicity: this.toxicity,
      ...(connections && { connections }),
      ...(hits && { hits }),
      ...(lease && { lease }),
      landed: bound.level === 'listener' ? this.#onTheWayIn() : this.landed,
    }
  }
}
