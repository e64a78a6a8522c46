import { LabError, messageOf } from '../../lab/base/errors.ts'

/** A file of SQL that PostgreSQL did not take, with the line where it says so. */
export function sqlFailed(part: string, file: string, sql: string, cause: unknown): LabError {
  const position = cause instanceof Error && 'position' in cause ? Number(cause.position) : 0
  const line = position > 0 ? `:${sql.slice(0, position - 1).split('\n').length}` : ''
  return new LabError({
    code: 'migration-failed',
    expected: `${file} to make the tables of ${part}`,
    found: `${messageOf(cause)} (${file}${line})`,
    why: 'The service would find an empty database.',
    next: 'Correct the file, or the path in migrate: a relative one begins at cwd of the system.',
    cause,
  })
}
