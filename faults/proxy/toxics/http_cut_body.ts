import { z } from 'zod'
import { byteCount } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Ends the connection after `bytes` of the body of each matching response; a shorter body passes
 * whole, and then the connection ends.
 */
export const toxic = defineToxic({
  type: 'http_cut_body',
  level: 'messages',
  protocols: ['http'],
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    bytes: byteCount.default(0),
    how: z.enum(['rst', 'fin']).default('fin'),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (message.direction !== 'downstream' || !struck(message)) return PASS
        const { bytes, how } = attributes()
        return { do: 'cut', when: 'middle', how, at: (message.headLength ?? 0) + bytes }
      },
    }
  },
})
