/**
 * What the next name is. `source`: something to read from, which may be a WITH query or a function.
 * `target`: a table and nothing else.
 */
export type Expected = 'nothing' | 'source' | 'target'

/** Where one is in `WITH name (columns) AS (body), …`; `clause`: in its SEARCH or CYCLE. */
export type WithState = 'none' | 'name' | 'body' | 'after' | 'clause'

/**
 * `statement`: the statement itself begins here. `body`: that of a WITH query, which may change data
 * too. `part`: at most a query does.
 */
export type Role = 'statement' | 'body' | 'part'

/** One pair of parentheses, or what stands outside of all. */
export class Level {
  readonly parent: Level | undefined
  readonly role: Role
  /** The keyword it began with, or its last SELECT; empty until there is one. */
  verb = ''
  expected: Expected
  /** What a comma leads to: `FROM a, b`. */
  list: Expected = 'nothing'
  /** Its next USING names tables: that of DELETE and MERGE, not that of a join. */
  usesTables = false
  with: WithState = 'none'
  isRecursive = false
  withName = ''
  /** Names of WITH queries that were given here. */
  #names: Set<string> | undefined
  /** The nearest level around it that gave names. */
  readonly #outer: Level | undefined

  constructor(parent: Level | undefined, role: Role, expected: Expected) {
    this.parent = parent
    this.role = role
    this.expected = expected
    this.#outer = parent && (parent.#names ? parent : parent.#outer)
  }

  /** Whether a WITH query of this name can be seen here. */
  knows(name: string): boolean {
    for (let level: Level | undefined = this; level; level = level.#outer) {
      if (level.#names?.has(name)) return true
    }
    return false
  }

  learn(name: string): void {
    this.#names ??= new Set()
    this.#names.add(name)
  }
}
