import { Problem, unavailable } from '../../problem.ts'
import { DataError } from './data-error.ts'

/** What a refusal of the database means to a caller. @throws always. */
export function explain(error: unknown): never {
  // What the work itself threw comes back as the cause of what the transaction throws.
  const cause = error instanceof DataError && error.cause instanceof Problem ? error.cause : error
  if (!(cause instanceof DataError)) throw cause
  if (cause.kind === 'unique') {
    throw new Problem({ status: 409, code: 'email-taken', title: 'This email is taken.', cause })
  }
  if (cause.kind === 'conflict' || cause.kind === 'timeout' || cause.kind === 'unavailable') {
    throw unavailable('directory-unavailable', 'The directory cannot be reached.', { cause })
  }
  throw cause
}
