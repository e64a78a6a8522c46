import { z } from 'zod'
import { byteCount } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Ends the connection at a matching message. `before`: nothing of it is forwarded. `middle`: its
 * first `bytes` are (default half of what has come). `after`: all of it is; where it is a request the
 * connection ends when the answer comes, which is not passed on (the lost acknowledgement).
 */
export const toxic = defineToxic({
  type: 'message_cut',
  level: 'messages',
  protocols: 'any',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    when: z.enum(['before', 'middle', 'after']),
    how: z.enum(['rst', 'fin']).default('rst'),
    bytes: byteCount.optional(),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (!struck(message)) return PASS
        const { when, how, bytes } = attributes()
        return { do: 'cut', when, how, ...(bytes !== undefined && { at: bytes }) }
      },
    }
  },
})
