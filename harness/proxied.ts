import { LabError } from '../lab/base/errors.ts'
import { type FaultsOf, faultsOf } from './faults-of.ts'
import { type LinkInTest, linkInTest, type Protocol } from './link-in-test.ts'
import type { Scope } from './scope.ts'

/** What is started by Testcontainers, or is made like it. */
export interface Started {
  getHost(): string
  getMappedPort(port: number): number
}

/** What speaks at a port, unless it is said. */
export type SpokenAt<Port extends number> = Port extends 5432
  ? 'postgres'
  : Port extends 6379
    ? 'redis'
    : Port extends 80 | 3000 | 8080
      ? 'http'
      : 'tcp'

export interface ProxiedOptions<Speaks extends Protocol> {
  /** Default by the port: 5432 `postgres`, 6379 `redis`, 80, 3000 and 8080 `http`, else `tcp`. */
  readonly protocol?: Speaks
  /** Shown in labels; default `host:port`. */
  readonly name?: string
}

/** A way for HTTP or web sockets. */
export interface WayTo<Speaks extends Protocol> {
  /** The same URL through the link. */
  readonly url: string
  readonly link: LinkInTest<Speaks>
  /** Clients that behave badly, past the link. */
  readonly clients: Clients
}

type Clients = FaultsOf<typeof import('./faults/clients.ts')>

/** A link before a server of the test's own: a host, or a started container, and the port within it. */
export async function proxied<Speaks extends Protocol>(
  scope: Scope,
  server: string | Started,
  port: number,
  options: ProxiedOptions<Speaks>,
): Promise<LinkInTest<Speaks>> {
  const at =
    typeof server === 'string'
      ? { host: server, port }
      : { host: server.getHost(), port: server.getMappedPort(port) }
  const protocol = options.protocol ?? spokenAt(port)
  const name = options.name ?? `${at.host}:${at.port}`
  const link = await scope.link(name, protocol, at, 'app')
  return linkInTest(scope, { ...link, protocol: protocol as Speaks })
}

/** @throws {LabError} `not-http` for a URL that is none of HTTP or web sockets without TLS. */
export async function proxiedUrl<Speaks extends 'http' | 'websocket'>(
  scope: Scope,
  url: string,
  protocol: Speaks,
): Promise<WayTo<Speaks>> {
  const given = new URL(url)
  if (!['http:', 'ws:'].includes(given.protocol)) throw notHttp(url)
  const at = { host: given.hostname, port: Number(given.port || 80) }
  const link = await scope.link(given.host, protocol, at, 'app')
  const made = await linkInTest(scope, { ...link, protocol })
  const part = { name: given.host, url: `http://${at.host}:${at.port}` }
  const put = scope.putInForce.bind(scope)
  const clients = faultsOf(await import('./faults/clients.ts'), 'other', part, put)
  return { url: url.replace(given.host, `${made.host}:${made.port}`), link: made, clients }
}

function spokenAt(port: number): Protocol {
  if (port === 5432) return 'postgres'
  if (port === 6379) return 'redis'
  return [80, 3000, 8080].includes(port) ? 'http' : 'tcp'
}

function notHttp(url: string): LabError {
  return new LabError({
    code: 'not-http',
    expected: 'a URL such as http://127.0.0.1:3000 or ws://127.0.0.1:3000/chat',
    found: url,
    why: 'the proxy can read messages only where no TLS hides them',
    next: 'start the server without TLS, or use proxied(host, port) for faults of the network',
  })
}
