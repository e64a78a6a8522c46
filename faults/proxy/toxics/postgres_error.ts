import { z } from 'zod'
import { type MessageAction, PASS } from '../contracts/message-stage.ts'
import type { Message, SqlStatement } from '../contracts/protocol.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { type Match, matchAttributes, statementFinder } from '../protocols/faults/match.ts'
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
 * it skips to the next Sync, and ReadyForQuery tells the true status. Of a query with several statements
 * those before it are executed, and those behind it not, as when it fails by itself. Fatal errors (57P01, …) end the
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
  strikes: (_, { code }) => [postgresError(code).atStartup ? 'start' : 'request'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    /** What to put in the place of the server's answers, by the number of the struck query. */
    const rewrites = new Map<number, Rewrite>()
    let status = 'I'
    /** A COMMIT was struck in an extended cycle, which is now left out up to its Sync. */
    let skipping: Told | undefined
    /** The cycle whose Sync became a ROLLBACK. */
    let rolledBack: { readonly cycle: number; told: Told | undefined } | undefined

    return {
      message: each => (each.direction === 'upstream' ? request(each) : answer(each)),
      // The client must not take the substitute's answer for that of its statement.
      unfinished,
      destroy: () => unfinished() && session.close('rst'),
    }

    function unfinished(): boolean {
      return skipping !== undefined || rewrites.size > 0 || rolledBack?.told !== undefined
    }

    function request(message: Message): MessageAction {
      if (skipping) return message.kind === 'Sync' ? rollBack(message, skipping) : { do: 'drop' }
      const { code, message: words, match } = attributes()
      if (message.minor || !isAsked(message, code)) return PASS
      const { before, statement } = split(message, match)
      if ((status === 'E' && !before.some(endsTransaction)) || !struck(message)) return PASS
      const known = postgresError(code, words, statement)
      const told = { bytes: errorResponse(code, known), error: code }
      if (known.severity === 'FATAL')
        return { do: 'cut', when: 'before', how: 'fin', farewell: told.bytes, error: code }
      const isCommit = (statement ?? message).kind === 'COMMIT'
      if (message.form === 'Execute' && isCommit) {
        skipping = told
        return { do: 'drop' }
      }
      rewrites.set(message.number, { told, after: before.length })
      if (message.form === 'Execute') return { do: 'replace', bytes: executeNothing(code) }
      const substitute = isCommit ? 'ROLLBACK' : `SELECT 1/0 -- ${code}`
      const first = before.map(({ text }) => `${text}\n;`).join('')
      return { do: 'replace', bytes: query(first + substitute) }
    }

    function rollBack(sync: Message, told: Told): MessageAction {
      skipping = undefined
      rolledBack = { cycle: sync.number, told }
      return { do: 'replace', bytes: query('ROLLBACK') }
    }

    function answer(message: Message): MessageAction {
      if (message.kind === 'ReadyForQuery') return ready(message)
      const isOurs = message.kind === 'CommandComplete' && message.answers === rolledBack?.cycle
      if (isOurs && rolledBack?.told) {
        const { told } = rolledBack
        rolledBack.told = undefined
        return { do: 'replace', ...told }
      }
      return rewrite(message)
    }

    function rewrite({ minor, answers = 0, error }: Message): MessageAction {
      const found = minor ? undefined : rewrites.get(answers)
      if (!found) return PASS
      if (found.after > 0 && error === undefined) {
        found.after--
        return PASS
      }
      rewrites.delete(answers)
      // Not the substitute, but a statement before it has failed, by itself.
      return found.after > 0 ? PASS : { do: 'replace', ...found.told }
    }

    function ready({ text, answers = 0 }: Message): MessageAction {
      status = text ?? status
      for (const number of rewrites.keys()) if (number <= answers) rewrites.delete(number)
      if (rolledBack && rolledBack.cycle <= answers) rolledBack = undefined
      return PASS
    }
  },
})

interface Told {
  readonly bytes: Buffer
  readonly error: string
}

interface Rewrite {
  readonly told: Told
  /** So many statements of the same query are done, and answered, before. */
  after: number
}

/** The statement of a query that the error answers, and those before it, which are executed. */
function split(message: Message, match: Match) {
  const { statements = [] } = message
  const at = Math.max(0, statementFinder(match)(message))
  return { before: statements.slice(0, at), statement: statements[at] }
}

function endsTransaction({ kind }: SqlStatement): boolean {
  return kind === 'ROLLBACK' || kind === 'COMMIT'
}

/** Whether it is of the kind that this error answers. */
function isAsked({ kind }: Message, code: string): boolean {
  if (kind === 'CANCEL') return false
  return (kind === 'STARTUP') === (postgresError(code).atStartup ?? false)
}
