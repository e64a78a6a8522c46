import type { Module } from '../kit.ts'
import { migrations } from './migrations.ts'
import { createMailOutbox } from './outbox.ts'
import { sendMails } from './sender.ts'

export const mailModule: Module = {
  name: 'mail',
  migrations,
  start: {
    worker: ({ config, db, defences, log, onClose }) => {
      if (!config.smtp) return log.info('no mail server is configured: mails stay queued')
      const stopped = new AbortController()
      const parts = { outbox: createMailOutbox(db), smtp: config.smtp, defences, log }
      const sending = sendMails(parts, stopped.signal)
      onClose(async () => {
        stopped.abort()
        await sending
      })
    },
  },
}
