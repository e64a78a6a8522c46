import type { Address } from '../proxy.ts'

/**
 * What a service is told of another part: where its own links to that lead. All fields are always
 * there; one that has no meaning for the kind of part is empty.
 */
export interface Reach extends Address {
  /** `postgres://…`, `redis://…`, `http://…`; of a service its first instance. */
  readonly url: string
  /** One for each instance of a service, or for each node. */
  readonly urls: readonly string[]
  readonly user: string
  readonly password: string
  readonly database: string
  /** Of a Redis with Sentinels: where they are. */
  readonly sentinels: readonly Address[]
  /** How the Sentinels call the primary. */
  readonly masterName: string
  /** For clients that can translate what Sentinels announce: `host:port` to the client's own link. */
  readonly natMap: Readonly<Record<string, Address>>
  /** The file of the authority that signed its certificate, where it speaks TLS. */
  readonly ca: string
}

/** Of an address that a URL is known for; the rest as given, or empty. */
export function reachOf(url: string, more: Partial<Reach> = {}): Reach {
  const { hostname, port, username, password, pathname, protocol } = new URL(url)
  return {
    url,
    urls: [url],
    host: hostname,
    port: port === '' ? (usualPorts[protocol] ?? 0) : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    sentinels: [],
    masterName: '',
    natMap: {},
    ca: '',
    ...more,
  }
}

const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
  'mysql:': 3306,
  'amqp:': 5672,
}
