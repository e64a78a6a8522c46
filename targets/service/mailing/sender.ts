import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import { fullJitterMs } from '../resilience/backoff.ts'
import type { Idle } from '../resilience/loop.ts'
import type { MailOutbox, QueuedMail } from './outbox.ts'

type Smtp = NonNullable<Config['smtp']>

interface Parts {
  readonly outbox: MailOutbox
  readonly smtp: Smtp
  readonly defences: Defences
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Until there is a mail to send. */
  readonly idle: Idle
}

/** Side by side, each with a session of its own. */
const senders = 5

interface Session {
  sendMail(envelope: Envelope): Promise<unknown>
  close(): void
}

/** Sends what is queued until `signal` aborts. Several processes share the queue. */
export async function sendMails(parts: Parts, signal: AbortSignal): Promise<void> {
  const { smtp, defences } = parts
  const { timeoutMs } = defences.settings('mail-outbox')
  const { createTransport } = await import('nodemailer') // only who sends pays for loading it
  const options = {
    host: smtp.host,
    port: smtp.port,
    ...(smtp.user && smtp.password && { auth: { user: smtp.user, pass: smtp.password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Kept for the next mail; whether a failed one is sent again is for the queue to say.
    pool: true,
    maxConnections: 1,
    maxRequeues: 0,
  } as const
  const open = () => createTransport(options)
  const all = Array.from({ length: senders }, () => sendOneByOne(parts, open, signal))
  await Promise.all(all)
}

/** Opening a session takes longer than a mail does: one is kept while there are mails, not longer. */
async function sendOneByOne(parts: Parts, open: () => Session, signal: AbortSignal): Promise<void> {
  const { outbox, idle, log, defences } = parts
  const { timeoutMs } = defences.settings('mail-outbox')
  let session: Session | undefined
  const end = () => {
    session?.close()
    session = undefined
  }
  while (!signal.aborted) {
    const mail = await outbox.take(4 * timeoutMs).catch((err: unknown) => {
      log.warn({ err }, 'the mail queue cannot be read')
      return undefined
    })
    if (mail) {
      session ??= open()
      const sender = session
      const sent = await inTrace(mail.trace, () => deliver(mail, sender, parts))
      if (!sent) end()
    } else {
      end()
      await idle(signal)
    }
  }
  end()
}

interface Envelope {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly messageId: string
}

/**
 * At least once: the message id lets a mailbox drop the second copy after a lost answer. False when
 * it was not sent.
 */
async function deliver(
  mail: QueuedMail,
  session: Session,
  { outbox, smtp, defences, log }: Parts,
): Promise<boolean> {
  const { baseMs, capMs, ...bounds } = defences.settings('mail-outbox')
  const attempts = defences.on('mail-outbox') ? bounds.attempts : 1
  const { id, recipient, subject, body } = mail
  const messageId = `<${id}@${smtp.from.split('@')[1] ?? 'localhost'}>`
  try {
    await session.sendMail({ from: smtp.from, to: recipient, subject, text: body, messageId })
    await outbox.sent(id)
    log.info({ event: 'mail-sent', mail: id }, 'mail sent')
    return true
  } catch (error) {
    const isLast = mail.attempts >= attempts || isRefusedForGood(error)
    const retryInMs = isLast ? undefined : baseMs + fullJitterMs(mail.attempts, baseMs, capMs)
    const text = error instanceof Error ? error.message : String(error)
    log.warn({ err: error, mail: id, retryInMs }, 'mail not sent')
    await outbox.failed(id, text, retryInMs).catch((err: unknown) => {
      log.error({ err, mail: id }, 'tried again when it comes back into sight')
    })
    return false
  }
}

/** An SMTP answer of the 5xx kind: asking again gives the same. */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error)) return false
  return typeof error.responseCode === 'number' && error.responseCode >= 500
}
