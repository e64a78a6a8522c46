import type { PostgresOptions } from '../targets/postgres.ts'
import type { RedisOptions } from '../targets/redis.ts'
import type { LinkInTest, Protocol } from './link-in-test.ts'
import type { ProxiedOptions, SpokenAt, Started, WayTo } from './proxied.ts'
import type { Scope } from './scope.ts'
import type { PostgresInTest, RedisInTest } from './servers.ts'

/** Real servers and real faults for a test. Nothing is started, nor loaded, before it is asked for. */
export interface Lab {
  /** Of all chance in this test. */
  readonly seed: number
  /** A PostgreSQL of its own, empty, behind the proxy. */
  postgres(options?: PostgresOptions): Promise<PostgresInTest>
  /** A Redis of its own, empty, behind the proxy. */
  redis(options?: RedisOptions): Promise<RedisInTest>
  /** A way to a server of HTTP that you run: `http://127.0.0.1:3000`. */
  http(url: string): Promise<WayTo<'http'>>
  /** A way to a server of web sockets that you run: `ws://127.0.0.1:3000/chat`. */
  webSocket(url: string): Promise<WayTo<'websocket'>>
  /** A way to any server that you run: its host and port, or a started container and the port in it. */
  proxied<const Port extends number, Speaks extends Protocol = SpokenAt<Port>>(
    server: string | Started,
    port: Port,
    options?: ProxiedOptions<Speaks>,
  ): Promise<LinkInTest<Speaks>>
}

/** The lab of one scope. */
export function labOf(scope: Scope, seed: number): Lab {
  const servers = () => import('./servers.ts')
  const ways = () => import('./proxied.ts')
  return {
    seed,
    postgres: async (options = {}) => (await servers()).postgresInTest(scope, options),
    redis: async (options = {}) => (await servers()).redisInTest(scope, options),
    http: async url => (await ways()).proxiedUrl(scope, url, 'http'),
    webSocket: async url => (await ways()).proxiedUrl(scope, url, 'websocket'),
    proxied: async (server, port, options = {}) =>
      (await ways()).proxied(scope, server, port, options),
  }
}
