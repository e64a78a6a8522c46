import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '040-mail-outbox': {
    up: async db => {
      await sql`
        create table mail_outbox (
          id uuid primary key default gen_random_uuid(),
          recipient text not null,
          subject text not null,
          body text not null,
          created_at timestamptz not null default now(),
          attempts integer not null default 0,
          next_attempt_at timestamptz not null default now(),
          sent_at timestamptz,
          failed_at timestamptz,
          last_error text
        )`.execute(db)
      await sql`
        create index mail_outbox_due on mail_outbox (next_attempt_at)
        where sent_at is null and failed_at is null`.execute(db)
    },
    down: async db => {
      await sql`drop table mail_outbox`.execute(db)
    },
  },
  '041-mail-trace': {
    up: async db => {
      await sql`
        alter table mail_outbox add column trace text not null default 'background'`.execute(db)
    },
    down: async db => {
      await sql`alter table mail_outbox drop column trace`.execute(db)
    },
  },
}
