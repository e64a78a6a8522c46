/** A mail server as a process of its own: real SMTP, a mailbox to look into, faults on request. */
import { z } from 'zod'
import { adminServer } from '../peers/admin.ts'
import { closeWhileAway } from '../peers/away.ts'
import { FaultBoard } from '../peers/fault-board.ts'
import { serve } from '../peers/serve.ts'
import { peerSettings, readSettings } from '../peers/settings.ts'
import { type MailFault, mailFault } from './fault.ts'
import { MailServer } from './mail-server.ts'
import { Mailbox } from './mailbox.ts'

const query = z.strictObject({ to: z.string().optional() })

const settings = await readSettings(peerSettings)
using mailbox = new Mailbox(settings.dataFile)
const board = new FaultBoard<MailFault>()
const server = new MailServer(settings, mailbox, board)
closeWhileAway(server.port, board)

const admin = adminServer(settings.adminToken, board, mailFault)
admin.get('/messages', async request => ({
  messages: await mailbox.read(query.parse(request.query).to),
}))

await serve(settings, {
  admin,
  listen: async () => {
    await server.port.open()
    return `smtp://${settings.host}:${server.port.number}`
  },
  close: () => server.port.close(),
})
