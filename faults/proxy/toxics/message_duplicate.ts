import { z } from 'zod'
import { type MessageAction, PASS } from '../contracts/message-stage.ts'
import type { Message } from '../contracts/protocol.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { ExtendedCycle } from '../protocols/faults/extended-cycle.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { standsAlone, striker } from '../protocols/faults/struck.ts'

/**
 * Sends each matching message `times` times more. A doubled request takes effect again; its further
 * answers are swallowed, so that the client's count stays right. A prepared statement of PostgreSQL is
 * bound and executed again in a cycle of its own, after the Sync of its own. Answers to requests pass
 * once, and so do a COPY, the start of a session, an upgrade, fragments, and messages over 1 MiB.
 */
export const toxic = defineToxic({
  type: 'message_duplicate',
  level: 'messages',
  protocols: 'any',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    times: z.int().min(1).max(100).default(1),
  }),
  strikes: stream => (stream === 'upstream' ? ['request', 'frame'] : ['push', 'frame']),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    const cycle = new ExtendedCycle()
    return {
      message: message => {
        if (message.direction === 'upstream' && ExtendedCycle.isPart(message))
          return extended(message)
        if (!canBeDoubled(message) || !struck(message)) return PASS
        return { do: 'duplicate', times: attributes().times }
      },
    }

    function extended(message: Message): MessageAction {
      const isStruck = message.form === 'Execute' && message.kind !== 'COPY' && struck(message)
      const again = cycle.next(message, isStruck)
      if (again) return { do: 'duplicate', times: attributes().times, again }
      const { look } = cycle
      return look ? { do: 'watch', look } : PASS
    }
  },
})

function canBeDoubled(message: Message): boolean {
  const { form, kind, statements } = message
  if (form === 'upgrade' || kind === 'STARTUP') return false
  if (statements?.some(each => each.kind === 'COPY')) return false
  return message.awaited === true || standsAlone(message)
}
