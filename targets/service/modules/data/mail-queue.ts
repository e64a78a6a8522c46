import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import {
  createMailQueue,
  type Mail,
  type MailQueue,
  mailColumns,
  mailPolicy,
  type QueuedMail,
} from '../../mailing/outbox.ts'
import { counting } from '../../queue/dialect.ts'
import { createQueue } from '../../queue/queue.ts'
import type { Clock } from './clock.ts'
import type { Db, Engine } from './engine.ts'

/** Queues a mail in the caller's transaction: it is sent if and only if that commits. */
export async function queueMail(db: Db, clock: Clock, mail: Mail): Promise<void> {
  const values = { ...mail, id: randomUUID(), attempts: 0, due_at: clock() }
  await db.insertInto('data_mails').values(values).execute()
}

const table = {
  ...mailColumns,
  table: sql`data_mails`,
  due: sql`due_at`,
  order: sql`due_at`,
  job: sql`id, recipient, subject, body, attempts`,
}

/** The same queue as the mail module's, on any database. */
export function openDirectoryMails(engine: Engine, clock: Clock, defences: Defences): MailQueue {
  const queue = createQueue<QueuedMail>(engine.db, table, mailPolicy(defences), {
    // SQLite has one writer at a time, and so needs no lock of rows.
    dialect: counting(clock, engine.kind === 'sqlite'),
    transact: engine.transaction,
  })
  return createMailQueue(engine.db, queue, clock)
}
