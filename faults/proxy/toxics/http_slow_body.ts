import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/** Lets each matching response through at `rate` bytes per second, head included. */
export const toxic = defineToxic({
  type: 'http_slow_body',
  level: 'messages',
  protocols: ['http'],
  sees: 'both',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    rate: z.int().min(1).max(1_000_000_000),
  }),
  strikes: () => ['answer'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message =>
        message.answers !== undefined && struck(message)
          ? { do: 'throttle', bytesPerSecond: attributes().rate }
          : PASS,
    }
  },
})
