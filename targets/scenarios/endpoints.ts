import type { LabSystem } from '../../lab/model/target.ts'

/** A service that clients reach over HTTP and web sockets, in several instances. */
export interface WithEndpoints extends LabSystem {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
}

/** One instance, as its clients see it: through the `client>…` links. */
export interface Endpoint {
  readonly name: string
  /** `http://127.0.0.1:PORT` */
  readonly http: string
  /** `ws://127.0.0.1:PORT` */
  readonly websocket: string
}

/** Spreads clients over instances. */
export function endpointOf(system: WithEndpoints, client: number): Endpoint {
  return system.endpoints[client % system.endpoints.length] ?? system.endpoints[0]
}
