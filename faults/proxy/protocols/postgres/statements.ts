import type { SqlStatement } from '../../contracts/protocol.ts'
import type { Statement } from './sql/statement.ts'

/** The most prepared statements, and portals, remembered for one connection. */
const limit = 2_000

/** What is prepared or bound, with the trace in its comments. */
export interface Prepared {
  readonly statement: SqlStatement
  readonly trace: string | undefined
}

/**
 * Prepared statements and portals (cursors are some) by name, so that an Execute, and EXECUTE and FETCH
 * in SQL, know what they do.
 */
export class Statements {
  readonly #prepared = new Map<string, Prepared>()
  readonly #portals = new Map<string, Prepared>()

  prepare(name: string, prepared: Prepared): void {
    put(this.#prepared, name, prepared)
  }

  bind(portal: string, name: string): void {
    const prepared = this.#prepared.get(name)
    if (prepared) put(this.#portals, portal, prepared)
    else this.#portals.delete(portal)
  }

  /** `kind` as in the Close message: 'S' for a prepared statement, 'P' for a portal. */
  close(kind: string, name: string): void {
    if (kind === 'S') this.#prepared.delete(name)
    else this.#portals.delete(name)
  }

  executed(portal: string): Prepared | undefined {
    return this.#portals.get(portal)
  }

  /** These statements, with what is known of those that they execute or fetch from. */
  resolve(statements: readonly Statement[]): readonly SqlStatement[] {
    if (statements.every(({ named }) => named === undefined)) return statements
    return statements.map(statement => this.#resolved(statement))
  }

  #resolved(statement: Statement): SqlStatement {
    const { named } = statement
    if (named === undefined) return statement
    const { does, name, kind, writes } = named
    if (does === 'execute') {
      const known = this.#prepared.get(name)?.statement
      return known ? { ...known, text: statement.text } : statement
    }
    if (does === 'fetch') {
      const tables = this.#portals.get(name)?.statement.tables
      return tables ? { ...statement, tables } : statement
    }
    const map = does === 'prepare' ? this.#prepared : this.#portals
    put(map, name, { statement: { ...statement, kind, writes }, trace: undefined })
    return statement
  }
}

function put(map: Map<string, Prepared>, name: string, prepared: Prepared): void {
  map.delete(name)
  map.set(name, prepared)
  if (map.size <= limit) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
