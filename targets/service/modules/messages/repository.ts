import { type Kysely, sql } from 'kysely'
import type { Job } from './message.ts'

export interface StoredMessage {
  readonly seq: number
  readonly id: string
  readonly kind: string
  readonly lane: string
  readonly body: string
  readonly inReplyTo: string | null
  readonly at: Date
}

/** What became of the messages: each person's own, in the order of their arrival here. */
export interface StoredMessages {
  add(trx: Kysely<unknown>, job: Job, body: string): Promise<void>
  has(trx: Kysely<unknown>, userId: string, id: string): Promise<boolean>
  /** The oldest `limit` of a person after this number. */
  of(userId: string, after: number, limit: number): Promise<readonly StoredMessage[]>
}

export function createStoredMessages(db: Kysely<unknown>): StoredMessages {
  return {
    add: async (trx, { id, userId, kind, lane, inReplyTo }, body) => {
      await sql`
        insert into messages_stored (message_id, user_id, kind, lane, body, in_reply_to)
        values (${id}, ${userId}, ${kind}, ${lane}, ${body}, ${inReplyTo})`.execute(trx)
    },
    has: async (trx, userId, id) => {
      const { rows } = await sql`
        select 1 from messages_stored where message_id = ${id} and user_id = ${userId}
        limit 1`.execute(trx)
      return rows.length > 0
    },
    of: async (userId, after, limit) => {
      const { rows } = await sql<StoredMessage>`
        select seq, message_id as id, kind, lane, body, in_reply_to as "inReplyTo", at
        from messages_stored where user_id = ${userId} and seq > ${after}
        order by seq limit ${limit}`.execute(db)
      return rows
    },
  }
}
