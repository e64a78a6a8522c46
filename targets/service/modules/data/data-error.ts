import { classify } from '../../failure.ts'

export type DataErrorKind =
  | 'unique'
  | 'foreign-key'
  | 'not-null'
  | 'check'
  | 'conflict'
  | 'unavailable'
  | 'timeout'
  | 'other'

/** What a database refused, in the same words for all of them. */
export class DataError extends Error {
  override readonly name = 'DataError'
  readonly kind: DataErrorKind

  constructor(kind: DataErrorKind, cause: unknown) {
    super(`${kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.kind = kind
  }
}

/** PostgreSQL by SQLSTATE, MySQL and MariaDB by symbol, SQLite by its extended code. */
const kinds: readonly (readonly [RegExp, DataErrorKind])[] = [
  [/^(23505|ER_DUP_ENTRY|SQLITE_2067|SQLITE_1555)$/, 'unique'],
  [/^(23503|ER_NO_REFERENCED_ROW(_2)?|ER_ROW_IS_REFERENCED(_2)?|SQLITE_787)$/, 'foreign-key'],
  [/^(23502|ER_BAD_NULL_ERROR|ER_NO_DEFAULT_FOR_FIELD|SQLITE_1299)$/, 'not-null'],
  [
    /^(23514|22001|ER_CONSTRAINT_FAILED|ER_CHECK_CONSTRAINT_VIOLATED|ER_DATA_TOO_LONG|SQLITE_275)$/,
    'check',
  ],
  [
    /^(40001|40P01|55P03|ER_LOCK_DEADLOCK|ER_LOCK_NOWAIT|ER_CHECKREAD|SQLITE_5|SQLITE_261|SQLITE_517)$/,
    'conflict',
  ],
  [/^(57014|ER_(STATEMENT|QUERY|LOCK_WAIT)_TIMEOUT|PROTOCOL_SEQUENCE_TIMEOUT)$/, 'timeout'],
  // MySQL's states of the server: read-only, full, shutting down, out of connections or memory.
  [
    /^(PROTOCOL_CONNECTION|ER_(SERVER_SHUTDOWN|OPTION_PREVENTS|READ_ONLY|CANT_EXECUTE_IN_READ_ONLY|CON_COUNT|TOO_MANY_USER|DISK_FULL|RECORD_FILE_FULL|OUT_OF|OUTOFMEMORY|NORMAL_SHUTDOWN|ACCESS_DENIED))/,
    'unavailable',
  ],
]

export function explained(error: unknown): DataError {
  if (error instanceof DataError) return error
  const code = codeOf(error)
  const known = kinds.find(([pattern]) => pattern.test(code))
  if (known) return new DataError(known[1], error)
  const text = error instanceof Error ? error.message : ''
  const isLost = /closed state/i.test(text) || classify(error).fault === 'server'
  return new DataError(isLost ? 'unavailable' : 'other', error)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('errcode' in error && typeof error.errcode === 'number') return `SQLITE_${error.errcode}`
  // MariaDB's newer errors have a number, but no symbol that the driver knows.
  if ('errno' in error && error.errno === 4025) return 'ER_CONSTRAINT_FAILED'
  if ('errno' in error && error.errno === 1969) return 'ER_STATEMENT_TIMEOUT'
  if ('errno' in error && error.errno === 1020) return 'ER_CHECKREAD'
  return 'code' in error ? String(error.code) : ''
}
