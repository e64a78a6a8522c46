import { z } from 'zod'
import { byteCount } from '../contracts/attributes.ts'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Flips one bit, drawn from the seed, in each of `count` bytes of a matching message, beginning
 * `offset` bytes into it. The first bytes of a message are mostly lengths: with `offset` behind them
 * the content is wrong and the framing right.
 */
export const toxic = defineToxic({
  type: 'message_corrupt',
  level: 'messages',
  protocols: 'any',
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    offset: byteCount.default(0),
    count: z.int().min(1).max(1_000_000).default(1),
  }),
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (!struck(message)) return PASS
        const { offset, count } = attributes()
        return {
          do: 'corrupt',
          change: (bytes, at) => {
            const first = Math.max(0, offset - at)
            const last = Math.min(bytes.length, offset + count - at)
            for (let i = first; i < last; i++) {
              bytes[i] = (bytes[i] ?? 0) ^ (1 << session.random.integer(0, 7))
            }
            return bytes
          },
        }
      },
    }
  },
})
