import { z } from 'zod'
import { type MessageAction, PASS } from '../contracts/message-stage.ts'
import type { Message } from '../contracts/protocol.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import {
  errorResponse,
  executeNothing,
  postgresError,
  query,
} from '../protocols/faults/postgres-errors.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Answers each matching statement with an error. The statement is not executed: the server is made to
 * fail something else in its place, so that its transaction is aborted (or, at COMMIT, rolled back),
 * it skips to the next Sync, and ReadyForQuery tells the true status. Fatal errors (57P01, …) end the
 * session; 53300, 57P03 and 28P01 refuse it at its start. In a failed transaction nothing is struck.
 */
export const toxic = defineToxic({
  type: 'postgres_error',
  level: 'messages',
  protocols: ['postgres'],
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    code: z.string().regex(/^[0-9A-Z]{5}$/, 'must be an SQLSTATE, such as 40001'),
    /** Instead of PostgreSQL's own words. */
    message: z
      .string()
      .max(500)
      .regex(/^[^\0]*$/, 'must have no NUL')
      .optional(),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    /** Errors to put in the place of the server's answers, by the number of the struck statement. */
    const rewrites = new Map<number, Buffer>()
    let status = 'I'
    /** A COMMIT was struck in an extended cycle, which is now left out up to its Sync. */
    let skipping: Buffer | undefined
    /** The cycle whose Sync became a ROLLBACK. */
    let rolledBack: { readonly cycle: number; error: Buffer | undefined } | undefined

    return {
      message: each => (each.direction === 'upstream' ? request(each) : answer(each)),
      // The client must not take the substitute's answer for that of its statement.
      destroy: () => (skipping || rewrites.size > 0 || rolledBack?.error) && session.close('rst'),
    }

    function request(message: Message): MessageAction {
      if (skipping) return message.kind === 'Sync' ? rollBack(message, skipping) : { do: 'drop' }
      if (message.minor || !isAsked(message) || status === 'E' || !struck(message)) return PASS
      const { code, message: words } = attributes()
      const known = postgresError(code, words)
      const error = errorResponse(code, known)
      if (known.severity === 'FATAL')
        return { do: 'cut', when: 'before', how: 'fin', farewell: error }
      const isCommit = message.kind === 'COMMIT'
      if (message.form === 'Execute' && isCommit) {
        skipping = error
        return { do: 'drop' }
      }
      rewrites.set(message.number, error)
      if (message.form === 'Execute') return { do: 'replace', bytes: executeNothing(code) }
      return { do: 'replace', bytes: query(isCommit ? 'ROLLBACK' : `SELECT 1/0 -- ${code}`) }
    }

    /** Whether it is of the kind that this error answers. */
    function isAsked({ kind }: Message): boolean {
      if (kind === 'CANCEL') return false
      const { code } = attributes()
      return (kind === 'STARTUP') === (postgresError(code).atStartup ?? false)
    }

    function rollBack(sync: Message, error: Buffer): MessageAction {
      skipping = undefined
      rolledBack = { cycle: sync.number, error }
      return { do: 'replace', bytes: query('ROLLBACK') }
    }

    function answer(message: Message): MessageAction {
      if (message.kind === 'ReadyForQuery') return ready(message)
      const isOurs = message.kind === 'CommandComplete' && message.answers === rolledBack?.cycle
      if (isOurs && rolledBack?.error) {
        const bytes = rolledBack.error
        rolledBack.error = undefined
        return { do: 'replace', bytes }
      }
      const number = message.answers ?? 0
      const error = message.minor ? undefined : rewrites.get(number)
      if (error === undefined) return PASS
      rewrites.delete(number)
      return { do: 'replace', bytes: error }
    }

    function ready({ text, answers = 0 }: Message): MessageAction {
      status = text ?? status
      for (const number of rewrites.keys()) if (number < answers) rewrites.delete(number)
      if (rolledBack && rolledBack.cycle <= answers) rolledBack = undefined
      return PASS
    }
  },
})
