import type { Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'

/**
 * Which answers, by the statement that they answer. Texts are globs (`*`, `?`), or lists of them; every
 * field given must fit.
 */
export interface AnswerMatch {
  /** The verb, in any case: `COMMIT`, `UPDATE`. */
  statement?: string | string[]
  /** Any table it names, as PostgreSQL folds it: `stock` for `STOCK` and `public.stock`. */
  table?: string | string[]
  /** What a standby would refuse (true), or would not (false). */
  writes?: boolean
  /** From a comment of the statement: `trace=ID`, or sqlcommenter's traceparent. */
  trace?: string | string[]
}

/** Which statements; `statement` may be `STARTUP`, the start of a session. */
export interface StatementMatch extends AnswerMatch {
  /** The whole SQL of the statement as it is sent, comments included: `*for update*`. */
  text?: string | string[]
}

/** No start of a session, and no cancel request, unless its verb is asked for. */
export function onlyStatements({ on = {} }: Which<StatementMatch>): MatchRequest {
  return on.statement === undefined ? { text: on.text ?? '*' } : {}
}
