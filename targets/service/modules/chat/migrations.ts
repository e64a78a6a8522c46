import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '020-chat-messages': {
    up: async db => {
      await sql`
        create table chat_channels (
          name text primary key,
          last_seq bigint not null
        )`.execute(db)
      await sql`
        create table chat_messages (
          channel text not null references chat_channels (name),
          seq bigint not null,
          id uuid not null constraint chat_messages_id unique,
          client text not null,
          text text not null,
          created_at timestamptz not null default now(),
          primary key (channel, seq)
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table chat_messages, chat_channels`.execute(db)
    },
  },
}
