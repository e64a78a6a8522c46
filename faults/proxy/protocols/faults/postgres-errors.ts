import type { SqlStatement } from '../../contracts/protocol.ts'
import { frame } from './postgres-frames.ts'

interface Known {
  readonly severity: 'ERROR' | 'FATAL'
  readonly message: string
  /** Given to a client that asks for a session, not in answer to a statement. */
  readonly atStartup?: boolean
}

const known: Readonly<Record<string, Known>> = {
  '40001': {
    severity: 'ERROR',
    message: 'could not serialize access due to concurrent update',
  },
  '40P01': { severity: 'ERROR', message: 'deadlock detected' },
  '25006': {
    severity: 'ERROR',
    message: 'cannot execute STATEMENT in a read-only transaction',
  },
  '57014': { severity: 'ERROR', message: 'canceling statement due to user request' },
  '55P03': { severity: 'ERROR', message: 'could not obtain lock on row' },
  '53100': { severity: 'ERROR', message: 'could not extend file: No space left on device' },
  '23505': { severity: 'ERROR', message: 'duplicate key value violates unique constraint' },
  '57P01': {
    severity: 'FATAL',
    message: 'terminating connection due to administrator command',
  },
  '57P02': {
    severity: 'FATAL',
    message: 'terminating connection because of crash of another server process',
  },
  '57P03': {
    severity: 'FATAL',
    message: 'the database system is starting up',
    atStartup: true,
  },
  '53300': { severity: 'FATAL', message: 'sorry, too many clients already', atStartup: true },
  '28P01': { severity: 'FATAL', message: 'password authentication failed', atStartup: true },
}

/** How PostgreSQL gives this error; codes not listed are plain errors of a statement. */
export function postgresError(code: string, message?: string, statement?: SqlStatement): Known {
  const usual = known[code] ?? { severity: 'ERROR', message: `injected error ${code}` }
  if (message !== undefined) return { ...usual, message }
  const name = statement?.writes ?? statement?.kind ?? 'statement'
  return { ...usual, message: usual.message.replace('STATEMENT', () => name) }
}

/** An ErrorResponse as the server would send it. */
export function errorResponse(code: string, { severity, message }: Known): Buffer {
  const fields = `S${severity}\0V${severity}\0C${code}\0M${message}\0\0`
  return frame('E', Buffer.from(fields))
}

/** A simple query. */
export function query(sql: string): Buffer {
  return frame('Q', Buffer.from(`${sql}\0`))
}

/** An Execute of a portal that there is not: the server fails it, and skips to the next Sync. */
export function executeNothing(code: string): Buffer {
  return frame('E', Buffer.from(`injected_${code}\0\0\0\0\0`))
}
