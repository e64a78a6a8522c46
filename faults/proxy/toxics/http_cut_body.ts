import { z } from 'zod'
import { byteCount } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { ChunkedCut } from '../protocols/faults/chunked-cut.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Ends the connection after `bytes` of the body of each matching response, as it is sent: compressed
 * ones count compressed, and what frames the chunks of a chunked one counts not. A shorter body passes
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
  strikes: () => ['answer'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (message.answers === undefined || !struck(message)) return PASS
        const { bytes, how } = attributes()
        const { headLength = 0, form } = message
        if (form !== 'chunked') return { do: 'cut', when: 'middle', how, at: headLength + bytes }
        const cut = new ChunkedCut(headLength, bytes)
        return { do: 'cut', when: 'middle', how, share: data => cut.share(data) }
      },
    }
  },
})
