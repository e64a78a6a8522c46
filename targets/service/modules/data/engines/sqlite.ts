import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely'
import { tellingEffects } from '../../../postgres/effects.ts'
import type { Tables } from '../tables.ts'
import type { Opened } from './opened.ts'

/**
 * Calls of SQLite are synchronous, so waiting for another writer stops everything here: it waits
 * only so long, and a transaction that was too late is tried again after a pause.
 */
const busyMs = 50

/** A file that several processes may share. One connection each. */
export function openSqlite(file: string, { defences }: Pick<Opened['options'], 'defences'>) {
  const open = async () => adapted(new DatabaseSync(file, { timeout: busyMs }))
  return new Kysely<Tables>({ dialect: tellingEffects(new Dialect({ database: open }), defences) })
}

/** SQLite can change its schema in a transaction, which here also keeps other writers out. */
class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function adapted(database: DatabaseSync): SqliteDatabase {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  return {
    close: () => database.close(),
    prepare: text => {
      // A transaction that reads first and writes later would fail instead of wait.
      const statement = database.prepare(text === 'begin' ? 'begin immediate' : text)
      return {
        reader: statement.columns().length > 0,
        all: parameters => statement.all(...parameters.map(storable)),
        iterate: parameters => statement.iterate(...parameters.map(storable)),
        run: parameters => statement.run(...parameters.map(storable)),
      }
    },
  }
}

function storable(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') {
    return value
  }
  if (value instanceof Uint8Array) return value
  throw new TypeError(`SQLite cannot store a ${typeof value}.`)
}
