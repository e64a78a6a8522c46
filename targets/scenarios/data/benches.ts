import { join } from 'node:path'
import { startMysql } from '../../mysql.ts'
import { startPostgres } from '../../postgres.ts'
import type { EngineKind } from '../../service/data/engine.ts'
import { migrateEngine, openEngine } from '../../service/data/open-engine.ts'
import { createPeople } from '../../service/data/people.ts'
import type { TestRun } from '../../testing/test-run.ts'
import type { Bench } from './checks.ts'

/** Starts what the kind needs, and tells the address of an empty database. */
export async function databaseUrl(run: TestRun, kind: EngineKind, name = 'data'): Promise<string> {
  if (kind === 'postgres') {
    // A deadlock is looked for after this long; the default of 1 s is made for idle machines.
    const settings = { deadlock_timeout: '50ms', max_connections: '250' }
    return (await startPostgres(run, { name: `${name}-postgres`, settings })).url
  }
  if (kind === 'mysql') return (await startMysql(run, { name: `${name}-mysql` })).url
  return `sqlite:${join(run.scratchFolder, `${name}.sqlite`)}`
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
