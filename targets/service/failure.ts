import type { Defences } from './defences.ts'

/**
 * Whose fault an error is, and so what helps.
 * - `work`: the work itself, or what it was given. Asking again gives the same.
 * - `victim`: the database let something else go first. Nothing was done; ask again.
 * - `server`: what a dependency is in right now, or that it cannot be reached. It passes.
 * - `unknown`: nobody foresaw it.
 */
export type Fault = 'work' | 'victim' | 'server' | 'unknown'

export interface Failure {
  readonly fault: Fault
  readonly dependency: 'postgres' | 'redis'
  /** The SQLSTATE, Redis's error code, or the driver's; empty where there is none. */
  readonly code: string
  /** The server itself said so in answer to the statement, which therefore was not done. */
  readonly isAnswer: boolean
}

export type Classify = (error: unknown) => Failure

/** The first that fits. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlStates: readonly (readonly [RegExp, Fault])[] = [
  // Serialization failure, deadlock, a lock that was not to be had at once or in time.
  [/^(40001|40P01|55P03)$/, 'victim'],
  // Read-only (demoted, or a standby), ended while idle in a transaction or after its whole time.
  [/^(25006|25P03|25P04)$/, 'server'],
  // Connections, resources, operators (also 57014, a statement cancelled), the system, its own bugs,
  // log-ins and databases that are changed meanwhile, prepared statements a pooler lost.
  [/^(08|28|53|57|58|XX|F0|3D|26|55|40003)/, 'server'],
  // Values, constraints, states, syntax and rights.
  [/^(22|23|25|40|42|44|0A|2[^2-6]|P0)/, 'work'],
]

/** @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const redisWork = /^(WRONGTYPE|NOSCRIPT|ERR (syntax|wrong number|value is|unknown command))/

/** What drivers say by themselves, without an answer of the server. */
const lostCodes =
  /^(ECONN|EMFILE|ENFILE|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ENOTCONN|ERR_SOCKET)/
const lostTexts =
  /connection terminated|connection has been discarded|timeout|not queryable|client was closed|calling end on the pool|driver has already been destroyed/i
const lostRedis =
  /^(connection is closed|stream isn't writeable|command timed out|reached the max retries|command aborted|socket closed)/i

export function classify(error: unknown): Failure {
  const code = codeOf(error)
  const { name, message } = error instanceof Error ? error : { name: '', message: '' }
  if (name === 'ReplyError') {
    const fault = redisWork.test(message) ? 'work' : 'server'
    return { fault, dependency: 'redis', code: message.split(' ')[0] ?? '', isAnswer: true }
  }
  if (name === 'MaxRetriesPerRequestError' || lostRedis.test(message)) {
    return { fault: 'server', dependency: 'redis', code, isAnswer: false }
  }
  if (isSqlState(error, code)) {
    const fault = sqlStates.find(([pattern]) => pattern.test(code))?.[1] ?? 'unknown'
    return { fault, dependency: 'postgres', code, isAnswer: isAnswer(error, code) }
  }
  const isLost = lostCodes.test(code) || lostTexts.test(message)
  const fault = isLost ? 'server' : 'unknown'
  return { fault, dependency: 'postgres', code, isAnswer: isOthersAnswer(error) }
}

/** Without `error-classes`: lost connections and deadlocks are known, all else is the work's fault. */
function classifyFew(error: unknown): Failure {
  const { fault, code, ...rest } = classify(error)
  const isKnown = code === '' || /^(E|57P0|08|53300|57014|25P03|40001|40P01|22|23)/.test(code)
  return { ...rest, code, fault: isKnown ? fault : 'unknown' }
}

export function createClassify(defences: Pick<Defences, 'on'>): Classify {
  return defences.on('error-classes') ? classify : classifyFew
}

/** The SQLSTATE, or Node's error code; empty when the error has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/** What may be told to people: never a database's own words. */
export function reasonOf(error: unknown): string {
  const { code, fault } = classify(error)
  if (error instanceof Error && fault === 'unknown' && code === '') return error.message
  return `It could not be stored${code === '' ? '' : ` (${code})`}.`
}

function isSqlState(error: unknown, code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && error instanceof Error && 'severity' in error
}

/** Of MySQL, and of SQLite, which is never in doubt. */
function isOthersAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return true
  const isMysqls = 'sqlState' in error && typeof error.sqlState === 'string'
  return isMysqls && !/^08/.test(`${error.sqlState}`) && !('fatal' in error && error.fatal === true)
}

/** FATAL and PANIC end the session, whatever was under way. */
function isAnswer(error: unknown, code: string): boolean {
  const isError = error instanceof Error && 'severity' in error && error.severity === 'ERROR'
  return isError && !/^(08|57P|40003)/.test(code)
}
