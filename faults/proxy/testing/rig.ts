import { Redis } from 'ioredis'
import pg from 'pg'
import type { Postgres } from '../../../targets/postgres.ts'
import { type TestRun, testRun } from '../../../targets/testing/test-run.ts'
import { type MessageProxy, messageProxy } from './message-proxy.ts'

interface Address {
  readonly host: string
  readonly port: number
}

interface RedisOptions {
  readonly protocol?: 2 | 3
  readonly commandTimeout?: number
}

/** What a test with real servers needs: a run to start them in, the proxy, and clients, which end with it. */
export interface Rig extends AsyncDisposable {
  readonly run: TestRun
  readonly proxy: MessageProxy
  /** A session with this server, by way of a link to it where one is given. */
  postgres(server: Postgres, link?: Address): Promise<pg.Client>
  /** A client that neither connects nor asks again. */
  redis(at: Address, options?: RedisOptions): Redis
}

export async function startRig(): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const run = stack.use(await testRun())
  const proxy = stack.use(await messageProxy())
  const owned = stack.move()
  return {
    run,
    proxy,
    postgres: async (server, link = server) => {
      const client = new pg.Client({ connectionString: server.urlVia(link) })
      client.on('error', () => {})
      await client.connect()
      owned.defer(() => client.end().catch(() => {}))
      return client
    },
    redis: ({ host, port }, options) => {
      const once = { maxRetriesPerRequest: 0, retryStrategy: () => null }
      const client = new Redis({ host, port, ...once, ...options })
      client.on('error', () => {})
      owned.defer(() => client.disconnect())
      return client
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
