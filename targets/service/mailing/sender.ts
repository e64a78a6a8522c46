import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Defences } from '../defences.ts'
import { createWorker } from '../queue/worker.ts'
import { type Idle, loop } from '../resilience/loop.ts'
import type { MailQueue, QueuedMail } from './outbox.ts'

type Smtp = NonNullable<Config['smtp']>

interface Parts {
  readonly queue: MailQueue
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
  const { queue, idle, log } = parts
  let session: Session | undefined
  const end = () => {
    session?.close()
    session = undefined
  }
  const send = createWorker<QueuedMail>({
    name: 'mail',
    queue,
    log,
    handle: async mail => {
      session ??= open()
      await deliver(mail, session, parts)
    },
    failed: async (mail, error, again) => {
      end()
      await failed(mail, error, isRefusedForGood(error) ? undefined : again, parts)
    },
  })
  const whenIdle = (signal: AbortSignal) => {
    end()
    return idle(signal)
  }
  await loop('mails', () => send(), { idle: whenIdle, signal, log })
  end()
}

interface Envelope {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly messageId: string
}

/** At least once: the message id lets a mailbox drop the second copy after a lost answer. */
async function deliver(mail: QueuedMail, session: Session, parts: Parts): Promise<void> {
  const { queue, smtp, log } = parts
  const { id, recipient, subject, body } = mail
  const messageId = `<${id}@${smtp.from.split('@')[1] ?? 'localhost'}>`
  await session.sendMail({ from: smtp.from, to: recipient, subject, text: body, messageId })
  await queue.sent(mail)
  log.info({ event: 'mail-sent', mail: id }, 'mail sent')
}

async function failed(
  mail: QueuedMail,
  error: unknown,
  retryInMs: number | undefined,
  { queue, log }: Parts,
): Promise<void> {
  const about = { mail: mail.id, retryInMs }
  const text = error instanceof Error ? error.message : String(error)
  log.warn({ err: error, ...about }, 'mail not sent')
  await queue.failed(mail, text, retryInMs).catch((err: unknown) => {
    log.error({ err, mail: mail.id }, 'tried again when its lease is over')
  })
}

/** An SMTP answer of the 5xx kind: asking again gives the same. */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error)) return false
  return typeof error.responseCode === 'number' && error.responseCode >= 500
}
