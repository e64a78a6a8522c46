/** Errors that Redis itself gives, in its own words. */
const texts = {
  LOADING: 'Redis is loading the dataset in memory',
  READONLY: "You can't write against a read only replica.",
  OOM: "command not allowed when used memory > 'maxmemory'.",
  MOVED: '',
  ASK: '',
  NOAUTH: 'Authentication required.',
  BUSY: 'Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  CLUSTERDOWN: 'The cluster is down',
  MASTERDOWN: "Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  TRYAGAIN: 'Multiple keys request during rehashing of slot',
  NOREPLICAS: 'Not enough good replicas to write.',
  MISCONF:
    'Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
  ERR: 'internal error',
} as const

export type RedisError = keyof typeof texts
export const redisErrors = [
  'LOADING',
  'READONLY',
  'OOM',
  'MOVED',
  'ASK',
  'NOAUTH',
  'BUSY',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'TRYAGAIN',
  'NOREPLICAS',
  'MISCONF',
  'ERR',
] as const satisfies readonly RedisError[]

/** The line after `-`: `READONLY You can't write …`, `MOVED 42 127.0.0.1:7001`. */
export function redisErrorText(given: {
  readonly error: RedisError
  readonly message?: string | undefined
  readonly slot: number
  readonly address: string
}): string {
  const { error, message, slot, address } = given
  if (message !== undefined) return `${error} ${message}`
  if (error === 'MOVED' || error === 'ASK') return `${error} ${slot} ${address}`
  return `${error} ${texts[error]}`
}
