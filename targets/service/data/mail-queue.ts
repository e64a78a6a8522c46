import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Mail, MailOutbox } from '../mailing/outbox.ts'
import type { Clock } from './clock.ts'
import type { Db, Engine } from './engine.ts'

/** Queues a mail in the caller's transaction: it is sent if and only if that commits. */
export async function queueMail(db: Db, clock: Clock, mail: Mail): Promise<void> {
  const values = { ...mail, id: randomUUID(), attempts: 0, due_at: clock() }
  await db.insertInto('data_mails').values(values).execute()
}

/** The same queue as the mail module's, on any database. */
export function createMailQueue(engine: Engine, clock: Clock): MailOutbox {
  const { db } = engine
  const change = (id: string) => db.updateTable('data_mails').where('id', '=', id)
  const pending = db
    .selectFrom('data_mails')
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
  return {
    take: hideMs =>
      engine.transaction(async trx => {
        const next = trx
          .selectFrom('data_mails')
          .select(['id', 'recipient', 'subject', 'body', 'attempts'])
          .where('sent_at', 'is', null)
          .where('failed_at', 'is', null)
          .where('due_at', '<=', clock())
          .orderBy('due_at')
          .limit(1)
        // SQLite has one writer at a time, and so needs no lock of rows.
        const locked = engine.kind === 'sqlite' ? next : next.forUpdate().skipLocked()
        const mail = await locked.executeTakeFirst()
        if (!mail) return undefined
        const attempts = Number(mail.attempts) + 1
        await trx
          .updateTable('data_mails')
          .set({ attempts, due_at: sql`${clock()} + ${hideMs}` })
          .where('id', '=', mail.id)
          .execute()
        return { ...mail, attempts }
      }),
    sent: async id => {
      await change(id).set({ sent_at: clock() }).execute()
    },
    failed: async (id, error, retryInMs) => {
      // Whole milliseconds: a back-off has fractions, which two of the three refuse.
      const due = sql<number>`${clock()} + ${Math.ceil(retryInMs ?? 0)}`
      const fate = retryInMs === undefined ? { failed_at: clock() } : { due_at: due }
      await change(id)
        .set({ last_error: error, ...fate })
        .execute()
    },
    depth: async () => {
      const { n } = await pending.select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
      return Number(n)
    },
  }
}
