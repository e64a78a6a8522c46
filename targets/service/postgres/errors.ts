/** The SQLSTATE, or Node's error code; empty when the error has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/**
 * The server is away, starting (57P03), stopping (57P01), full (53300) or did not answer in time, or
 * it gave up a transaction of ours that stood still (25P03).
 * Whether a statement in flight was done is not known.
 */
export function isConnectionLost(error: unknown): boolean {
  if (/^(ECONN|EPIPE|ETIMEDOUT|57P0|08|53300|57014|25P03)/.test(codeOf(error))) return true
  return (
    error instanceof Error && /connection terminated|timeout|not queryable/i.test(error.message)
  )
}

/** @param constraint the constraint's or index's name. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    codeOf(error) === '23505' &&
    error instanceof Error &&
    'constraint' in error &&
    error.constraint === constraint
  )
}

/** A text Postgres cannot hold, a number out of range, a reference to what is not there. */
export function isBadValue(error: unknown): boolean {
  return /^(22|23503|23514)/.test(codeOf(error))
}
