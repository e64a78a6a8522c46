import type { Module } from '../../kit.ts'
import { openMailOutbox } from '../../mailing/outbox.ts'
import { sendMails } from '../../mailing/sender.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import { migrations } from './migrations.ts'

export const mailModule: Module = {
  name: 'mail',
  migrations,
  start: {
    worker: ({ config, db, lookout, defences, log, onClose }) => {
      if (!config.smtp) return log.info('no mail server is configured: mails stay queued')
      const queue = openMailOutbox(db, defences)
      const idle = lookout.until(queue.waiting())
      const parts = { queue, smtp: config.smtp, defences, log, idle }
      untilClosed(onClose, signal => sendMails(parts, signal))
    },
  },
}
