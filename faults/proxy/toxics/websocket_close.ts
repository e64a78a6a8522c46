import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

const frames = new Set(['text', 'binary', 'continuation', 'ping', 'pong', 'close'])

/**
 * Closes the web socket at a matching frame, which is not passed on: the client gets a close frame
 * with `code`, then FIN. With 1006 it gets no frame but a reset: that code says that none came.
 */
export const toxic = defineToxic({
  type: 'websocket_close',
  level: 'messages',
  protocols: ['websocket', 'http'],
  attributes: z.strictObject({
    match: matchAttributes.default({}),
    code: z.union([
      z.literal([1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]),
      z.int().min(3000).max(4999),
    ]),
    reason: z
      .string()
      .refine(text => Buffer.byteLength(text) <= 123, 'must be at most 123 bytes')
      .default(''),
  }),
  strikes: () => ['frame'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (!frames.has(message.kind) || !struck(message)) return PASS
        const { code, reason } = attributes()
        if (code === 1006) return { do: 'cut', when: 'before', how: 'rst' }
        return { do: 'cut', when: 'before', how: 'fin', farewell: closeFrame(code, reason) }
      },
    }
  },
})

/** As a server sends it: unmasked. */
function closeFrame(code: number, reason: string): Buffer {
  const words = Buffer.from(reason)
  return Buffer.concat([Buffer.from([0x88, words.length + 2, code >> 8, code & 0xff]), words])
}
