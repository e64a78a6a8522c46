import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Defences } from '../defences.ts'
import { fullJitterMs } from '../resilience/backoff.ts'
import type { MailOutbox, QueuedMail } from './outbox.ts'

type Smtp = NonNullable<Config['smtp']>

interface Parts {
  readonly outbox: MailOutbox
  readonly smtp: Smtp
  readonly defences: Defences
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

const idleMs = 250

/** Sends what is queued until `signal` aborts. Several senders share the queue. */
export async function sendMails(parts: Parts, signal: AbortSignal): Promise<void> {
  const { outbox, smtp, log, defences } = parts
  const { timeoutMs } = defences.settings('mail-outbox')
  const { createTransport } = await import('nodemailer') // only who sends pays for loading it
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    ...(smtp.user && smtp.password && { auth: { user: smtp.user, pass: smtp.password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
  while (!signal.aborted) {
    const mail = await outbox.take(4 * timeoutMs).catch((err: unknown) => {
      log.warn({ err }, 'the mail queue cannot be read')
      return undefined
    })
    if (mail) await deliver(mail, mail => transport.sendMail(mail), parts)
    else await pause(idleMs, undefined, { signal }).catch(() => {})
  }
  transport.close()
}

interface Envelope {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly messageId: string
}

/** At least once: the message id lets a mailbox drop the second copy after a lost answer. */
async function deliver(
  mail: QueuedMail,
  send: (envelope: Envelope) => Promise<unknown>,
  { outbox, smtp, defences, log }: Parts,
): Promise<void> {
  const { baseMs, capMs, ...bounds } = defences.settings('mail-outbox')
  const attempts = defences.on('mail-outbox') ? bounds.attempts : 1
  const { id, recipient, subject, body } = mail
  const messageId = `<${id}@${smtp.from.split('@')[1] ?? 'localhost'}>`
  try {
    await send({ from: smtp.from, to: recipient, subject, text: body, messageId })
    await outbox.sent(id)
    log.info({ event: 'mail-sent', mail: id }, 'mail sent')
  } catch (error) {
    const isLast = mail.attempts >= attempts || isRefusedForGood(error)
    const retryInMs = isLast ? undefined : baseMs + fullJitterMs(mail.attempts, baseMs, capMs)
    const text = error instanceof Error ? error.message : String(error)
    log.warn({ err: error, mail: id, retryInMs }, 'mail not sent')
    await outbox.failed(id, text, retryInMs).catch((err: unknown) => {
      log.error({ err, mail: id }, 'tried again when it comes back into sight')
    })
  }
}

/** An SMTP answer of the 5xx kind: asking again gives the same. */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error)) return false
  return typeof error.responseCode === 'number' && error.responseCode >= 500
}
