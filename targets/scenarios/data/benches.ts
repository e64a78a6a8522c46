import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { sql } from 'kysely'
import { startMysql } from '../../mysql.ts'
import { startPostgres } from '../../postgres.ts'
import { mariadbServer } from '../../runtime/mariadb-server.ts'
import { mysqlServer } from '../../runtime/mysql-server.ts'
import type { EngineKind } from '../../service/modules/data/engine.ts'
import { migrateEngine, openEngine } from '../../service/modules/data/open-engine.ts'
import { createPeople } from '../../service/modules/data/people.ts'
import { missing } from '../../testing/missing.ts'
import type { TestRun } from '../../testing/test-run.ts'
import type { Place } from '../servers.ts'
import type { Bench } from './checks.ts'

/** The databases a check is repeated on, and what speaks to each. */
const engines = {
  postgres: 'postgres',
  mariadb: 'mysql',
  mysql: 'mysql',
  sqlite: 'sqlite',
} as const satisfies Readonly<Record<string, EngineKind>>
export type DatabaseKind = keyof typeof engines

export const engineOf = (kind: DatabaseKind): EngineKind => engines[kind]

const lacks: Readonly<Record<DatabaseKind, boolean>> = {
  postgres: false,
  mariadb: (await missing(mariadbServer)) !== undefined,
  mysql: (await missing(mysqlServer)) !== undefined,
  sqlite: false,
}

const kinds: readonly DatabaseKind[] = ['postgres', 'mariadb', 'mysql', 'sqlite']

/** Those that can be had here. */
export const kindsHere = kinds.filter(kind => !lacks[kind])

export interface Database {
  readonly url: string
  /** SIGKILL of the server, and started again; nothing where the server is a library. */
  crash(): Promise<void>
}

/** An empty database at this place; of PostgreSQL on the server that is there. */
export async function startDatabase(
  { run, postgres }: Pick<Place, 'run' | 'postgres'>,
  kind: DatabaseKind,
  name = 'data',
): Promise<Pick<Database, 'url'>> {
  if (kind !== 'postgres') return startServer(run, kind, name)
  return { url: await besides(postgres.url, name) }
}

/** Starts what the kind needs, for this database alone. */
export async function startServer(
  run: TestRun,
  kind: DatabaseKind,
  name = 'data',
): Promise<Database> {
  if (kind === 'sqlite') {
    return { url: `sqlite:${join(run.scratchFolder, `${name}.sqlite`)}`, crash: async () => {} }
  }
  // A deadlock is looked for after this long; the default of 1 s is made for idle machines.
  const settings = { deadlock_timeout: '50ms', max_connections: '250' }
  const server =
    kind === 'postgres'
      ? await startPostgres(run, { name: `${name}-postgres`, settings })
      : await startMysql(run, { name: `${name}-${kind}`, program: kind })
  const crash = async () => {
    await server.kill()
    await server.restart()
  }
  return { url: server.url, crash }
}

/** An empty database beside this one, on the same server; its name begins like this. */
export async function besides(url: string, name: string): Promise<string> {
  const unique = `${name}_${randomBytes(4).toString('hex')}`
  if (url.startsWith('sqlite:')) return `${url}-${unique}`
  await using engine = openEngine(url)
  await sql`create database ${sql.id(unique)}`.execute(engine.db)
  return url.replace(/\/\w+$/, `/${unique}`)
}

/** Both views of one database, its tables made. */
export async function bench(url: string): Promise<Bench & AsyncDisposable> {
  const [engine, other] = [openEngine(url), openEngine(url)]
  await migrateEngine(engine)
  return {
    engine,
    other,
    people: createPeople(engine),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}
