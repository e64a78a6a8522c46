import type { Module } from '../kit.ts'
import { createMailOutbox } from '../mailing/outbox.ts'
import { sendMails } from '../mailing/sender.ts'
import { untilClosed } from '../resilience/until-closed.ts'
import { migrations } from './migrations.ts'

export const mailModule: Module = {
  name: 'mail',
  migrations,
  start: {
    worker: ({ config, db, defences, log, onClose }) => {
      if (!config.smtp) return log.info('no mail server is configured: mails stay queued')
      const parts = { outbox: createMailOutbox(db), smtp: config.smtp, defences, log }
      untilClosed(onClose, signal => sendMails(parts, signal))
    },
  },
}
