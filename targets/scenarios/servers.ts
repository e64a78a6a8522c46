import type { Link } from '../../lab/model/capability.ts'
import { type Postgres, startPostgres } from '../postgres.ts'
import { type Proxies, startProxies } from '../proxy.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import { partOf, type TestRun, testRun } from '../testing/test-run.ts'

/** What an application starts its processes by, and what they find. */
export interface Place extends AsyncDisposable {
  readonly run: TestRun
  readonly proxies: Proxies
  readonly postgres: { readonly url: string }
}

/** One whose Postgres nobody else uses: it may be killed. */
export interface OwnPlace extends Place {
  readonly postgres: Postgres
}

const settings = { max_connections: '250', deadlock_timeout: '30ms' }

/** With a guardian, a proxy and a Postgres of its own. */
export async function startServers(): Promise<OwnPlace> {
  const run = await testRun()
  try {
    const [proxies, postgres] = await Promise.all([
      startProxies(run),
      startPostgres(run, { settings }),
    ])
    return { run, proxies, postgres, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() }
  } catch (error) {
    await run[Symbol.asyncDispose]()
    throw error
  }
}

/** On servers that others use too: a database, folders and links that nobody else has. */
export async function placeOn(servers: Place, name: string): Promise<Place> {
  const url = new URL(servers.postgres.url)
  await withPostgres(url.href, client => client.query(`create database ${name}`))
  url.pathname = name
  return { ...(await partOfPlace(servers, name)), postgres: { url: url.href } }
}

/** The same with a Postgres of its own. */
export async function ownPlaceOn(servers: Place, name: string): Promise<OwnPlace> {
  const place = await partOfPlace(servers, name)
  return { ...place, postgres: await startPostgres(place.run, { settings }) }
}

async function partOfPlace(servers: Place, name: string): Promise<Omit<Place, 'postgres'>> {
  const run = await partOf(servers.run, name)
  const links: Link[] = []
  const proxies: Proxies = {
    ...servers.proxies,
    links,
    link: async path => {
      // Two applications have an instance of one name.
      const consumer = `${name}.${path.consumer}`
      const link = await servers.proxies.link({ ...path, consumer })
      const named = { ...link, consumer: path.consumer }
      links.push(named)
      return named
    },
  }
  return {
    run,
    proxies,
    [Symbol.asyncDispose]: async () => {
      await run[Symbol.asyncDispose]()
      await Promise.all(links.map(remove))
    },
  }
}

async function remove({ adminUrl, name }: Link): Promise<void> {
  await fetch(`${adminUrl}/proxies/${encodeURIComponent(name)}`, { method: 'DELETE' })
}
