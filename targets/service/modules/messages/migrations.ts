import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '090-messages': {
    up: async db => {
      await sql`
        create table messages_jobs (
          id uuid primary key,
          user_id uuid not null,
          trace text not null,
          kind text not null,
          body text not null,
          in_reply_to uuid,
          lane text not null,
          state text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
          attempts integer not null default 0,
          due_at timestamptz not null default now(),
          received_at timestamptz not null default clock_timestamp(),
          reason text,
          stages jsonb not null default '[]'
        )`.execute(db)
      await sql`
        create index messages_jobs_waiting on messages_jobs (lane, received_at)
        where state = 'waiting'`.execute(db)
      await sql`
        create index messages_jobs_dead on messages_jobs (received_at)
        where state = 'dead'`.execute(db)
      await sql`
        create table messages_stored (
          seq bigint generated always as identity primary key,
          message_id uuid not null,
          user_id uuid not null,
          kind text not null,
          lane text not null,
          body text not null,
          in_reply_to uuid,
          at timestamptz not null default now()
        )`.execute(db)
      await sql`create index messages_stored_user on messages_stored (user_id, seq)`.execute(db)
      await sql`create index messages_stored_id on messages_stored (message_id)`.execute(db)
      await sql`
        create table messages_outbox (
          seq bigint generated always as identity primary key,
          message_id uuid not null,
          user_id uuid not null,
          trace text not null
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table messages_outbox, messages_stored, messages_jobs`.execute(db)
    },
  },
}
