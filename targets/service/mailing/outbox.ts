import { type Kysely, sql } from 'kysely'
import { currentContext } from '../context.ts'
import type { Waiting } from '../postgres/lookout.ts'

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
export interface MailOutbox {
  /**
   * Takes the next mail that is due and hides it from other senders for a while; a sender that
   * dies gives it back by that.
   */
  take(hideMs: number): Promise<QueuedMail | undefined>
  sent(id: string): Promise<void>
  /** Again after so long; never again without. */
  failed(id: string, error: string, retryInMs?: number): Promise<void>
  depth(): Promise<number>
}

const isDue = sql`sent_at is null and failed_at is null and next_attempt_at <= now()`

export function createMailOutbox(db: Kysely<unknown>): MailOutbox & { readonly waiting: Waiting } {
  return {
    waiting: sql`exists (select from mail_outbox where ${isDue})`,
    take: async hideMs => {
      const { rows } = await sql<QueuedMail>`
        update mail_outbox
        set attempts = attempts + 1,
            next_attempt_at = now() + make_interval(secs => ${hideMs / 1_000})
        where id = (
          select id from mail_outbox
          where ${isDue}
          order by next_attempt_at
          limit 1
          for update skip locked)
        returning id, recipient, subject, body, attempts, trace`.execute(db)
      return rows[0]
    },
    sent: async id => {
      await sql`update mail_outbox set sent_at = now() where id = ${id}`.execute(db)
    },
    failed: async (id, error, retryInMs) => {
      const next = retryInMs ?? 0
      await sql`
        update mail_outbox
        set last_error = ${error},
            next_attempt_at = now() + make_interval(secs => ${next / 1_000}),
            failed_at = case when ${retryInMs === undefined} then now() end
        where id = ${id}`.execute(db)
    },
    depth: async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from mail_outbox where sent_at is null and failed_at is null
      `.execute(db)
      return rows[0]?.count ?? 0
    },
  }
}
