import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { standsAlone, striker } from '../protocols/faults/struck.ts'

/**
 * Lets the `by` next messages go before each matching one, but keeps it `within` ms at most. Only
 * pushes and web-socket frames: answers that change places would be taken for each other.
 */
export const toxic = defineToxic({
  type: 'message_reorder',
  level: 'messages',
  protocols: ['redis', 'postgres', 'websocket'],
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    by: z.int().min(1).max(1000).default(1),
    within: milliseconds.default(1000),
  }),
  strikes: stream => (stream === 'upstream' ? ['frame'] : ['push', 'frame']),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (!standsAlone(message) || !struck(message)) return PASS
        const { by, within } = attributes()
        return { do: 'reorder', by, withinMs: within }
      },
    }
  },
})
