import type { IsolationLevel, Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export type EngineKind = 'postgres' | 'mysql' | 'sqlite'

/** A query builder of ours: the database itself, or a transaction in it. */
export type Db = Kysely<Tables>

/** One of three databases, all of which keep the same promises to the repositories. */
export interface Engine extends AsyncDisposable {
  readonly kind: EngineKind
  readonly db: Db
  /**
   * All of the work or nothing of it. Tried again, up to a bound, when the database chose it as the
   * victim of a deadlock or conflict, so the work must touch nothing else.
   * @throws {DataError} for what the database refused.
   */
  transaction<Result>(
    work: (trx: Transaction<Tables>) => Promise<Result>,
    isolation?: IsolationLevel,
  ): Promise<Result>
}

/** What one of them cannot do, and what is done instead. Shown in the docs, asked by the checks. */
export const limits: Readonly<Record<EngineKind, Readonly<Record<string, string>>>> = {
  postgres: {
    'NUL in text': 'refused by the server: texts are checked before they get there',
  },
  mysql: {
    'schema changes in transactions':
      'each is committed on its own: migrations make one change each, and may be repeated',
    'statement time-outs': 'on MySQL for SELECT alone, on MariaDB for every statement',
  },
  sqlite: {
    'concurrent writers': 'one at a time: others wait, then are told that it is busy',
    'statement time-outs': 'none: a statement runs in this process until it ends',
    'isolation levels': 'always serializable, whatever is asked for',
    'schema changes of constraints': 'a table is made anew',
    'exact decimals': 'money is kept in whole cents, on all three alike',
  },
}
