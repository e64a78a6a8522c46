import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { standsAlone, striker } from '../protocols/faults/struck.ts'

/**
 * Holds each matching message for `delay` ± `jitter` ms. What comes after it on its connection waits
 * too, unless `overtake` is set and the message is a push or a frame.
 */
export const toxic = defineToxic({
  type: 'message_delay',
  level: 'messages',
  protocols: 'any',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    delay: milliseconds,
    jitter: milliseconds.default(0),
    overtake: z.boolean().default(false),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (!struck(message)) return PASS
        const { delay, jitter, overtake } = attributes()
        const ms = Math.max(0, delay + jitter * (2 * session.random.next() - 1))
        return { do: 'delay', ms, overtake: overtake && standsAlone(message) }
      },
    }
  },
})
