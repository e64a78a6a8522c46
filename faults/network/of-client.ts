/** Which connections, of those that are open and of those to come. */
export interface OfClient {
  /** Only of this client: `127.0.0.1` (any port of it) or `127.0.0.1:40312`. Default: of all. */
  readonly client?: string
}

/** As the proxy takes it. */
export function connectionsOf({ client }: OfClient): { connections?: { client: string } } {
  return client === undefined ? {} : { connections: { client } }
}

/** As a label tells it. */
export function labelOf({ client }: OfClient): string[] {
  return client === undefined ? [] : [`client ${client}`]
}
