import { type Kysely, sql } from 'kysely'
import { isUniqueViolation } from '../../postgres/errors.ts'
import type { Message } from './frames.ts'

interface NewMessage {
  readonly channel: string
  readonly id: string
  readonly client: string
  readonly text: string
}

type Tables = {
  chat_channels: { name: string; last_seq: number }
  chat_messages: Message & { client: string }
}

/** The truth about messages: gap-free sequence numbers per channel, in the order of commits. */
export interface Messages {
  /** Stores it with the channel's next number; the same id again gives the number it has. */
  append(message: NewMessage): Promise<number>
  /** The oldest `limit` messages after this number. */
  after(channel: string, seq: number, limit: number): Promise<Message[]>
  /** The last number of each channel that has any. */
  heads(channels: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export function createMessages(database: Kysely<unknown>): Messages {
  const db = database.withTables<Tables>()
  return {
    append: async message => {
      try {
        return await insert(message, database)
      } catch (error) {
        if (!isUniqueViolation(error, 'chat_messages_id')) throw error
        const stored = db.selectFrom('chat_messages').select('seq').where('id', '=', message.id)
        return (await stored.executeTakeFirstOrThrow()).seq
      }
    },
    after: (channel, seq, limit) =>
      db
        .selectFrom('chat_messages')
        .select(['channel', 'seq', 'id', 'text'])
        .where('channel', '=', channel)
        .where('seq', '>', seq)
        .orderBy('seq')
        .limit(limit)
        .execute(),
    heads: async channels => {
      const rows = await db
        .selectFrom('chat_channels')
        .select(['name', 'last_seq'])
        .where('name', 'in', channels)
        .execute()
      return new Map(rows.map(row => [row.name, row.last_seq]))
    },
  }
}

/**
 * One statement, one transaction: the channel's row stays locked until commit, so numbers become
 * visible in order, and a failed insert gives its number back.
 */
async function insert(message: NewMessage, db: Kysely<unknown>): Promise<number> {
  const { channel, id, client, text } = message
  const { rows } = await sql<{ seq: number }>`
    with slot as (
      insert into chat_channels (name, last_seq) values (${channel}, 1)
      on conflict (name) do update set last_seq = chat_channels.last_seq + 1
      returning last_seq
    )
    insert into chat_messages (channel, seq, id, client, text)
    select ${channel}, last_seq, ${id}, ${client}, ${text} from slot
    returning seq`.execute(db)
  const [row] = rows
  if (!row) throw new Error('The insert returned no sequence number.')
  return row.seq
}
