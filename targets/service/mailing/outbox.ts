import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Policy } from '../queue/policy.ts'
import { createQueue, type Queue } from '../queue/queue.ts'

export interface Mail {
  readonly recipient: string
  readonly subject: string
  readonly body: string
}

export interface QueuedMail extends Mail {
  readonly id: string
  readonly attempts: number
  /** The id it was asked for with, where the queue keeps it. */
  readonly trace?: string
}

/**
 * Queues a mail in the caller's transaction: it is sent if and only if that commits, however long
 * the mail server is away.
 */
export async function queueMail(db: Kysely<unknown>, mail: Mail): Promise<void> {
  const { recipient, subject, body } = mail
  await sql`
    insert into mail_outbox (recipient, subject, body, trace)
    values (${recipient}, ${subject}, ${body}, ${currentContext().requestId})`.execute(db)
}

/** What the sender does with the queue. */
export interface MailQueue
  extends Pick<Queue<QueuedMail>, 'policy' | 'waiting' | 'take' | 'postpone'> {
  sent(mail: QueuedMail): Promise<void>
  /** Again after so long; never again without. */
  failed(mail: QueuedMail, error: string, retryInMs?: number): Promise<void>
}

/** With its parts in columns that are named alike in every table of mails. */
export function createMailQueue(
  db: QueryExecutorProvider,
  queue: Queue<QueuedMail>,
  now: () => RawBuilder<unknown> = () => sql`now()`,
): MailQueue {
  const { policy, waiting, take, postpone } = queue
  return {
    policy,
    waiting,
    take,
    postpone,
    sent: mail => queue.done(db, mail, sql`sent_at = ${now()}`),
    failed: (mail, error, retryInMs) => {
      const because = sql`last_error = ${error}`
      if (retryInMs !== undefined) return queue.again(mail, retryInMs, because)
      return queue.bury(mail, sql`${because}, failed_at = ${now()}`)
    },
  }
}

/** Of the mails that wait in the service's own database. */
export function openMailOutbox(db: Kysely<unknown>, defences: Defences): MailQueue {
  const table = {
    ...mailColumns,
    table: sql`mail_outbox`,
    due: sql`next_attempt_at`,
    order: sql`next_attempt_at`,
    job: sql`id, recipient, subject, body, attempts, trace`,
  }
  return createMailQueue(db, createQueue<QueuedMail>(db, table, mailPolicy(defences)))
}

export const mailColumns = {
  id: sql`id`,
  attempts: sql`attempts`,
  isOpen: sql`sent_at is null and failed_at is null`,
}

/** Longer than it takes to send a mail to a server that uses up every time-out. */
const timeoutsPerMail = 4

export function mailPolicy(defences: Defences): Policy {
  const { timeoutMs, attempts, baseMs, capMs } = defences.settings('mail-outbox')
  return {
    leaseMs: timeoutsPerMail * timeoutMs,
    attempts: defences.on('mail-outbox') ? attempts : 1,
    backOff: { baseMs, capMs },
  }
}
