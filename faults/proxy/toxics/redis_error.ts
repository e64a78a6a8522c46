import { z } from 'zod'
import { type MessageAction, PASS } from '../contracts/message-stage.ts'
import type { Message } from '../contracts/protocol.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { redisErrors, redisErrorText } from '../protocols/faults/redis-errors.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Answers each matching command with an error, in its turn; Redis never sees the command. Inside a
 * MULTI this spoils the transaction as a real error does: EXEC answers EXECABORT and nothing is done.
 */
export const toxic = defineToxic({
  type: 'redis_error',
  level: 'messages',
  protocols: ['redis'],
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    error: z.enum(redisErrors),
    /** Instead of Redis' own words; the error's name is put before it. */
    message: z
      .string()
      .max(500)
      .regex(/^[^\r\n]*$/, 'must be one line')
      .optional(),
    /** Of MOVED and ASK. */
    slot: z.int().min(0).max(16_383).default(0),
    /** Of MOVED and ASK: `host:port`. */
    address: z
      .string()
      .regex(/^\S+:\d+$/, 'must be host:port')
      .default('127.0.0.1:6379'),
  }),
  strikes: () => ['request'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    /** Error lines to put in the place of Redis' answers, by the number of what they answer. */
    const rewrites = new Map<number, string>()
    let spoilt = false

    return {
      message: each => (each.direction === 'upstream' ? request(each) : reply(each)),
      unfinished,
      // The rest of a spoilt transaction must not be done without its missing command.
      destroy: () => unfinished() && session.close('rst'),
    }

    function unfinished(): boolean {
      return spoilt || rewrites.size > 0
    }

    function request(message: Message): MessageAction {
      const isQueued = message.form === 'queued'
      if (message.kind === 'DISCARD' || message.kind === 'MULTI') spoilt = false
      if (message.kind === 'DISCARD') return PASS
      const isHit = message.awaited === true && struck(message)
      const error = isHit ? redisErrorText(attributes()) : undefined
      if (isQueued && message.kind === 'EXEC') return exec(message, error)
      if (error === undefined) return PASS
      if (isQueued) spoilt = true
      return { do: 'answer', bytes: line(error), error: codeOf(error) }
    }

    function exec(message: Message, error: string | undefined): MessageAction {
      if (error === undefined && !spoilt) return PASS
      spoilt = false
      const why =
        error === undefined
          ? 'Transaction discarded because of previous errors.'
          : `Transaction discarded because of: ${error}`
      rewrites.set(message.number, `EXECABORT ${why}`)
      return { do: 'replace', bytes: Buffer.from('*1\r\n$7\r\nDISCARD\r\n') }
    }

    function reply(message: Message): MessageAction {
      const instead = rewrites.get(message.answers ?? 0)
      if (instead === undefined) return PASS
      rewrites.delete(message.answers ?? 0)
      return { do: 'replace', bytes: line(instead), error: codeOf(instead) }
    }
  },
})

function line(error: string): Buffer {
  return Buffer.from(`-${error}\r\n`)
}

function codeOf(error: string): string {
  return error.split(' ', 1)[0] ?? error
}
