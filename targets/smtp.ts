import { z } from 'zod'
import { type Peer, startPeer } from './peers/start-peer.ts'
import type { ServerContext } from './runtime/server-part.ts'
import type { MailFaultRequest } from './smtp/fault.ts'

const messages = z.object({
  messages: z.array(
    z.object({
      id: z.number(),
      sender: z.string(),
      recipients: z.array(z.string()),
      subject: z.string(),
      text: z.string(),
      html: z.string(),
      messageId: z.string(),
      receivedAt: z.string(),
    }),
  ),
})
export type ReceivedMail = z.infer<typeof messages>['messages'][number]

export interface MailPeer extends Peer<MailFaultRequest> {
  /** What was accepted, in the order of arrival; for one address, or for all. */
  mailbox(to?: string): Promise<readonly ReceivedMail[]>
}

/** Starts a real mail server whose mailbox can be read. */
export async function startSmtp(context: ServerContext, name = 'smtp'): Promise<MailPeer> {
  const peer = await startPeer<MailFaultRequest>(context, { name, program: 'smtp', settings: {} })
  return Object.assign(peer, {
    mailbox: async (to?: string) => {
      const query = to === undefined ? '' : `?${new URLSearchParams({ to })}`
      return (await peer.admin.read(`/messages${query}`, messages)).messages
    },
  })
}
