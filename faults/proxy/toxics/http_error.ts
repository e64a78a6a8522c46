import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { httpResponse } from '../protocols/faults/http-response.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Answers each matching request with `status`, in its turn; the server never sees it. `retry_after`
 * (seconds) becomes the header of that name. The connection stays open.
 */
export const toxic = defineToxic({
  type: 'http_error',
  level: 'messages',
  protocols: ['http', 'websocket'],
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    status: z.int().min(400).max(599),
    retry_after: z.int().min(0).max(86_400).optional(),
    body: z.string().max(65_536).default('{"error":"injected"}'),
  }),
  strikes: () => ['request', 'upgrade'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (message.direction !== 'upstream' || !message.awaited || !struck(message)) return PASS
        const { status, retry_after, body } = attributes()
        const headers = retry_after === undefined ? {} : { 'retry-after': `${retry_after}` }
        const isHead = message.kind.startsWith('HEAD ')
        const bytes = httpResponse(status, headers, isHead ? '' : body)
        const asks = retry_after === undefined ? {} : { asks: `retry-after: ${retry_after}` }
        return { do: 'answer', bytes, error: `${status}`, ...asks }
      },
    }
  },
})
