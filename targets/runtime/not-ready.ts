import { LabError } from '../../lab/base/errors.ts'
import { indentedLogEnd } from './log-end.ts'

export interface NotReady {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly logFile: string
  /** How long was waited for one that still runs; undefined for one that has ended. */
  readonly waitedMs: number | undefined
  readonly reason: unknown
}

/** Of a server that did not come up: with the end of its log, and what that mostly comes from. */
export function notReady({ name, host, port, logFile, waitedMs, reason }: NotReady): LabError {
  const state = waitedMs === undefined ? 'it ended' : `no answer in ${waitedMs} ms`
  const isElsewhere = waitedMs !== undefined && /ECONNREFUSED/.test(`${reason}`)
  const hint = `it runs, and nobody listens on ${port}: let it listen on the port that it is given; `
  return new LabError({
    code: 'server-not-ready',
    expected: `${name} to answer on ${host}:${port}`,
    found: `${state} (${reason}); its log ends with\n             ${indentedLogEnd(logFile) || '(nothing)'}`,
    why: 'the system under test needs it',
    next: `${isElsewhere ? hint : ''}see ${logFile}`,
    cause: reason,
  })
}
