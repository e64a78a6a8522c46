import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Swallows each matching message. Where it was a request, or the answer to one, the client waits
 * for an answer that never comes: later answers on that connection are swallowed too, since a
 * client would take them for the missing one. Pushes and web-socket frames are dropped one by one,
 * fragments together.
 */
export const toxic = defineToxic({
  type: 'message_drop',
  level: 'messages',
  protocols: 'any',
  sees: 'both',
  attributes: z.strictObject({ match: matchAttributes.default({}) }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    let silent = false
    let dropsFragments = false
    return {
      message: message => {
        const isAnswer = message.answers !== undefined || (message.minor && silent)
        if (silent && message.direction === 'downstream' && isAnswer) return { do: 'drop' }
        if (message.direction !== session.stream) return PASS
        if (message.kind === 'continuation') return dropsFragments ? { do: 'drop' } : PASS
        // Those after a compressed frame are told in its terms.
        const isHit = message.form !== 'deflate' && struck(message)
        if (message.kind === 'text' || message.kind === 'binary') dropsFragments = isHit
        if (!isHit) return PASS
        if (message.awaited || message.answers !== undefined) silent = true
        return { do: 'drop' }
      },
      unfinished: () => silent,
      // Once answers are missing, the next one must not pass for them.
      destroy: () => silent && session.close('rst'),
    }
  },
})
