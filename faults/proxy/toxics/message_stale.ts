import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Puts the last matching answer of the connection in the place of this one: what a client reads that
 * left a reply unread on a connection which is used again. The first match has none before it and
 * passes.
 */
export const toxic = defineToxic({
  type: 'message_stale',
  level: 'messages',
  protocols: ['redis'],
  attributes: z.strictObject({ match: matchAttributes.default({}) }),
  strikes: stream => (stream === 'downstream' ? ['answer'] : []),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    let last: Buffer | undefined
    return {
      message: message => {
        if (!struck(message)) return PASS
        return {
          do: 'rewrite',
          change: whole => {
            const before = last ?? whole
            last = Buffer.from(whole)
            return before
          },
        }
      },
    }
  },
})
