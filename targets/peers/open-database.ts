import { DatabaseSync } from 'node:sqlite'

/**
 * Opens a peer's books. In a file, what was answered is on disk before the answer (WAL with
 * `synchronous=FULL`) and survives a SIGKILL; `:memory:` ends with the process.
 */
export function openDatabase(file: string, tables: string): DatabaseSync {
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${tables}`)
  return db
}
