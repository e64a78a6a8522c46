import type { Redis } from 'ioredis'
import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { z } from 'zod'
import { inTrace } from '../context.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Transact } from '../postgres/transaction.ts'
import type { Queue } from './queue.ts'

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

/** Announcements that commit with the change they tell of, and wait there until they are made. */
export interface Outbox {
  readonly waiting: Waiting
  add(trx: Kysely<unknown>, announcement: Announcement): Promise<void>
  /**
   * Makes the next announcements; false when there are none. One that is made and not crossed off,
   * because the worker died between, is made again.
   */
  relay(): Promise<boolean>
}

const batchSize = 50

interface OutboxParts {
  readonly transact: Transact
  readonly queue: Queue
  readonly notices: Notices
  readonly log: Pick<Logger, 'info'>
}

export function createOutbox({ transact, queue, notices, log }: OutboxParts): Outbox {
  const tell = async (trx: Kysely<unknown>, announcement: Announcement) => {
    const { messageId } = announcement
    await notices.announce(announcement)
    await queue.note(trx, messageId, { stage: 'notified' })
    log.info({ event: 'message-notified', message: messageId }, 'notified')
  }
  return {
    waiting: sql`exists (select from messages_outbox)`,
    add: async (trx, { messageId, userId, trace }) => {
      await sql`
        insert into messages_outbox (message_id, user_id, trace)
        values (${messageId}, ${userId}, ${trace})`.execute(trx)
    },
    relay: () =>
      transact(async trx => {
        const { rows } = await sql<Announcement>`
          with taken as (
            delete from messages_outbox
            where seq in (
              select seq from messages_outbox order by seq limit ${batchSize}
              for update skip locked)
            returning seq, message_id as "messageId", user_id as "userId", trace)
          select "messageId", "userId", trace from taken order by seq`.execute(trx)
        for (const announcement of rows) {
          await inTrace(announcement.trace, () => tell(trx, announcement))
        }
        return rows.length > 0
      }),
  }
}
