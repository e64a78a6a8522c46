/** Which statements. Texts are globs (`*`, `?`), or lists of them; every field given must fit. */
export interface StatementMatch {
  /** The verb: `COMMIT`, `UPDATE`; `STARTUP` for a new session. */
  statement?: string | string[]
  /** The main table, where it is plain to see. */
  table?: string | string[]
  /** Anything in the SQL: `*for update*`. */
  text?: string | string[]
  /** From a comment of the statement: `trace=ID`, or sqlcommenter's traceparent. */
  trace?: string | string[]
}
