import type { Outcome } from '../journal/journal.ts'
import type { LabSystem } from '../model/target.ts'

/** A service that clients reach over HTTP and web sockets, in several instances. */
export interface WithEndpoints extends LabSystem {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
}

/** A system of several services, each of which clients may reach. */
export interface WithServices extends LabSystem {
  /**
   * Of the service of this name, or of the only one that has clients.
   * @throws {LabError} `no-such-service`
   */
  endpointsOf(service?: string): readonly [Endpoint, ...Endpoint[]]
}

/** One instance, as its clients see it: through the `client>…` links. */
export interface Endpoint {
  readonly name: string
  /** `http://127.0.0.1:PORT` */
  readonly http: string
  /** `ws://127.0.0.1:PORT` */
  readonly websocket: string
}

/**
 * Where each client is: spread over the instances, and at the same one until that lets it down. Then
 * it goes to the next, as a browser does by a name with several addresses.
 */
export class Seats {
  readonly #endpoints: WithEndpoints['endpoints']
  readonly #moves = new Map<number, number>()
  readonly #first: (client: number) => number

  /** @param at where all of them begin, from 1; default spread over all */
  constructor({ endpoints }: Pick<WithEndpoints, 'endpoints'>, at?: number) {
    this.#endpoints = endpoints
    this.#first = client => (at === undefined ? client : at - 1)
  }

  of(client: number): Endpoint {
    const at = this.#first(client) + (this.#moves.get(client) ?? 0)
    return this.#endpoints[at % this.#endpoints.length] ?? this.#endpoints[0]
  }

  /** Asks where the client is. Who is cut off goes to the next. */
  async ask(client: number, ask: (endpoint: Endpoint) => Promise<Outcome>): Promise<Outcome> {
    const seat = this.of(client)
    const outcome = await ask(seat)
    const isCut = outcome.kind !== 'ok' && outcome.ended === 'cut'
    // Of what was under way at once, only the first to be cut moves the client.
    if (isCut && this.of(client) === seat) this.moveOn(client)
    return outcome
  }

  moveOn(client: number): void {
    this.#moves.set(client, (this.#moves.get(client) ?? 0) + 1)
  }
}

/** Of the instance of this number, from 1. @throws {RangeError} where there are fewer. */
export function endpointAt({ endpoints }: WithEndpoints, number: number): Endpoint {
  const found = endpoints[number - 1]
  if (!found)
    throw new RangeError(`There is no instance ${number}, but ${endpoints.length} of them.`)
  return found
}
