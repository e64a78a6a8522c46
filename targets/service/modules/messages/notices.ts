import type { Redis } from 'ioredis'
import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { z } from 'zod'
import { inTrace } from '../../context.ts'
import type { Waiting } from '../../postgres/lookout.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { createOutbox } from '../../queue/outbox.ts'
import type { MessageQueue } from './queue.ts'

interface Announcement {
  readonly messageId: string
  readonly userId: string
  readonly trace: string
}

export interface Notice {
  /** Where to go on reading. */
  readonly cursor: string
  readonly messageId: string
  readonly trace: string
}

/** A place in somebody's notices; by default their beginning. */
export const noticeCursor = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/)
  .default('0-0')

/** Tells people that a message of theirs is there, by a stream of theirs in Redis. */
export interface Notices {
  announce(announcement: Announcement): Promise<void>
  /** What came after the cursor, oldest first; a repeated one has the same `messageId`. */
  after(userId: string, cursor: string): Promise<readonly Notice[]>
}

const kept = 1_000
/** The messages themselves are in Postgres; who was away for longer reads them there. */
const keptMs = 7 * 86_400_000
const pageSize = 100
const keyOf = (userId: string) => `messages:notices:${userId}`

export function createNotices(redis: Redis): Notices {
  return {
    announce: async ({ userId, messageId, trace }) => {
      const fields = ['messageId', messageId, 'trace', trace]
      const key = keyOf(userId)
      await redis.xadd(key, 'MAXLEN', '~', kept, '*', ...fields)
      await redis.pexpire(key, keptMs)
    },
    after: async (userId, cursor) => {
      const entries = await redis.xrange(keyOf(userId), `(${cursor}`, '+', 'COUNT', pageSize)
      return entries.map(([cursor, [, messageId = '', , trace = '']]) => ({
        cursor,
        messageId,
        trace,
      }))
    },
  }
}

/** Notes in the caller's transaction what is announced after it commits. */
export async function announceLater(
  trx: Kysely<unknown>,
  { messageId, userId, trace }: Announcement,
): Promise<void> {
  await sql`
    insert into messages_outbox (message_id, user_id, trace)
    values (${messageId}, ${userId}, ${trace})`.execute(trx)
}

interface Relay {
  readonly waiting: Waiting
  /** Makes the next announcements; false when there are none. */
  next(): Promise<boolean>
}

const outboxTable = {
  table: sql`messages_outbox`,
  row: sql`seq, message_id as "messageId", user_id as "userId", trace`,
  batch: 50,
}

interface RelayParts {
  readonly transact: Transact
  readonly queue: MessageQueue
  readonly notices: Notices
  readonly log: Pick<Logger, 'info'>
}

export function createRelay({ transact, queue, notices, log }: RelayParts): Relay {
  const outbox = createOutbox<Announcement & { readonly seq: number }>(transact, outboxTable)
  const tell = async (trx: Kysely<unknown>, { messageId, userId, trace }: Announcement) => {
    await notices.announce({ messageId, userId, trace })
    await queue.note(trx, messageId, { stage: 'notified' })
    log.info({ event: 'message-notified', message: messageId }, 'notified')
  }
  const tellAll = async (rows: readonly Announcement[], trx: Kysely<unknown>) => {
    for (const row of rows) await inTrace(row.trace, () => tell(trx, row))
  }
  return {
    waiting: outbox.waiting,
    next: async () => (await outbox.relay(tellAll)) > 0,
  }
}
