import { z } from 'zod'
import { type Message, PASS, type Verdict } from '../protocol.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { standsAlone, striker } from '../protocols/faults/struck.ts'
import { defineToxic } from '../toxic.ts'

const notTwice = new Set(['Execute', 'fragment'])

/**
 * Sends each matching message `times` times more. A doubled request takes effect again; its further
 * answers are swallowed, so that the client's count stays right. Answers to requests pass once, and so
 * do an Execute of PostgreSQL (a portal runs once), fragments, and messages over 1 MiB.
 */
export const toxic = defineToxic({
  type: 'message_duplicate',
  level: 'messages',
  protocols: 'any',
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    times: z.int().min(1).max(100).default(1),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    /** Answers still to come, by the number of the doubled request. */
    const owed = new Map<number, { first: boolean; left: number }>()
    return {
      message: message => {
        const answered = message.answers === undefined ? undefined : owed.get(message.answers)
        if (answered) return surplus(message, answered)
        if (message.direction !== session.stream || !canBeDoubled(message)) return PASS
        if (!struck(message)) return PASS
        const { times } = attributes()
        if (message.awaited) owed.set(message.number, { first: true, left: times })
        return { do: 'duplicate', times }
      },
      // A second answer that is still to come must not pass for that of the next request.
      destroy: () => owed.size > 0 && session.close('rst'),
    }

    function surplus(message: Message, answered: { first: boolean; left: number }): Verdict {
      const isSurplus = !answered.first
      if (message.final !== false) {
        if (isSurplus) answered.left--
        answered.first = false
        if (answered.left === 0 && message.answers !== undefined) owed.delete(message.answers)
      }
      return isSurplus ? { do: 'drop' } : PASS
    }
  },
})

function canBeDoubled(message: Message): boolean {
  if (notTwice.has(message.form ?? '') || message.kind === 'STARTUP') return false
  return message.awaited === true || standsAlone(message)
}
