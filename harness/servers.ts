import type { Link } from '../lab/model/capability.ts'
import { type PostgresOptions, startPostgres } from '../targets/postgres.ts'
import { type RedisOptions, startRedis } from '../targets/redis.ts'
import { type FaultsOf, faultsOf } from './faults-of.ts'
import { type LinkInTest, linkInTest } from './link-in-test.ts'
import type { Scope } from './scope.ts'

type OfProcess = FaultsOf<typeof import('./faults/process.ts')>

interface Server {
  readonly name: string
  /** Past the proxy: for looking at what is really there. */
  readonly url: string
  readonly version: string
  readonly logFile: string
}

/** A way for one more user of a server, hurt apart from the others. */
export type Way<Speaks extends 'postgres' | 'redis'> = LinkInTest<Speaks> & {
  readonly url: string
}

/** A real PostgreSQL of this test, behind the proxy. */
export interface PostgresInTest {
  /** For the code under test: through the link. Holds the password. */
  readonly url: string
  readonly link: LinkInTest<'postgres'>
  readonly server: Server & OfProcess & FaultsOf<typeof import('./faults/postgres-server.ts')>
  linkFor(consumer: string): Promise<Way<'postgres'>>
}

/** A real Redis of this test, behind the proxy. */
export interface RedisInTest {
  /** For the code under test: through the link. */
  readonly url: string
  readonly link: LinkInTest<'redis'>
  readonly server: Server & OfProcess & FaultsOf<typeof import('./faults/redis-server.ts')>
  linkFor(consumer: string): Promise<Way<'redis'>>
}

/** @throws {LabError} when there is no Postgres for this machine, or it does not start. */
export async function postgresInTest(
  scope: Scope,
  options: PostgresOptions,
): Promise<PostgresInTest> {
  const started = await scope.begin('a Postgres', context => startPostgres(context, options))
  const { name, url, version, logFile, urlVia } = started
  const links: Link[] = []
  const part = Object.assign(started, { links })
  const put = scope.putInForce.bind(scope)
  const linkFor = async (consumer: string) => {
    const link = await scope.link(name, 'postgres', started, consumer)
    links.push(link)
    const made = await linkInTest(scope, { ...link, protocol: 'postgres' })
    return { ...made, url: urlVia(made) }
  }
  const link = await linkFor('app')
  return {
    url: link.url,
    link,
    linkFor,
    server: {
      ...faultsOf(await import('./faults/process.ts'), 'other', part, put),
      ...faultsOf(await import('./faults/postgres-server.ts'), 'other', part, put),
      ...{ name, url, version, logFile },
    },
  }
}

/** @throws {LabError} when there is no Redis for this machine, or it does not start. */
export async function redisInTest(scope: Scope, options: RedisOptions): Promise<RedisInTest> {
  const started = await scope.begin('a Redis', context => startRedis(context, options))
  const { name, version, logFile } = started
  const links: Link[] = []
  const part = Object.assign(started, { links })
  const put = scope.putInForce.bind(scope)
  const linkFor = async (consumer: string) => {
    const link = await scope.link(name, 'redis', started, consumer)
    links.push(link)
    const made = await linkInTest(scope, { ...link, protocol: 'redis' })
    return { ...made, url: urlOf(made) }
  }
  const link = await linkFor('app')
  return {
    url: link.url,
    link,
    linkFor,
    server: {
      ...faultsOf(await import('./faults/process.ts'), 'other', part, put),
      ...faultsOf(await import('./faults/redis-server.ts'), 'other', part, put),
      ...{ name, url: urlOf(started), version, logFile },
    },
  }
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `redis://${host}:${port}`
}
