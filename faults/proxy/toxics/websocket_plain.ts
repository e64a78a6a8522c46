import { z } from 'zod'
import { PASS } from '../contracts/message-stage.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { matchAttributes } from '../protocols/faults/match.ts'
import { striker } from '../protocols/faults/struck.ts'

/**
 * Takes the offer of compression (permessage-deflate) out of the handshake of each matching new web
 * socket, so that both sides agree on plain frames, whose content other toxics can match and change.
 * Sockets that are open already keep what they agreed on.
 */
export const toxic = defineToxic({
  type: 'websocket_plain',
  level: 'messages',
  protocols: ['websocket', 'http'],
  sees: 'both',
  attributes: z.strictObject({ match: matchAttributes.default({}) }),
  strikes: () => ['upgrade'],
  open: (attributes, session) => {
    const struck = striker(attributes, session)
    return {
      message: message => {
        if (message.direction !== 'upstream' || message.form !== 'upgrade') return PASS
        return struck(message) ? { do: 'rewrite', change: withoutCompression } : PASS
      },
    }
  },
})

const extensions = /^(sec-websocket-extensions:)([^\r\n]*)\r\n/gim

function withoutCompression(head: Buffer): Buffer {
  const changed = head.toString('latin1').replace(extensions, (_, name: string, offers: string) => {
    const others = offers.split(',').filter(offer => !/^\s*permessage-deflate\b/i.test(offer))
    return others.length === 0 ? '' : `${name}${others.join(',')}\r\n`
  })
  return Buffer.from(changed, 'latin1')
}
