import type { Statement } from './sql.ts'

/** The most prepared statements, and portals, remembered for one connection. */
const limit = 2_000

/** Prepared statements and portals by name, so that an Execute knows its SQL. */
export class Statements {
  readonly #prepared = new Map<string, Statement>()
  readonly #portals = new Map<string, Statement>()

  prepare(name: string, statement: Statement): void {
    put(this.#prepared, name, statement)
  }

  bind(portal: string, prepared: string): void {
    const statement = this.#prepared.get(prepared)
    if (statement) put(this.#portals, portal, statement)
    else this.#portals.delete(portal)
  }

  /** `kind` as in the Close message: 'S' for a prepared statement, 'P' for a portal. */
  close(kind: string, name: string): void {
    if (kind === 'S') this.#prepared.delete(name)
    else this.#portals.delete(name)
  }

  executed(portal: string): Statement | undefined {
    return this.#portals.get(portal)
  }
}

function put(map: Map<string, Statement>, name: string, statement: Statement): void {
  map.delete(name)
  map.set(name, statement)
  if (map.size <= limit) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
