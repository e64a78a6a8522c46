import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '110-analytics-outbox': {
    up: async db => {
      await sql`
        create table analytics_outbox (
          seq bigint generated always as identity primary key,
          id uuid not null unique,
          name text not null,
          user_id text not null,
          at timestamptz not null,
          properties jsonb not null
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table analytics_outbox`.execute(db)
    },
  },
  '111-analytics-trace': {
    up: async db => {
      await sql`
        alter table analytics_outbox add column trace text not null default 'background'
      `.execute(db)
    },
    down: async db => {
      await sql`alter table analytics_outbox drop column trace`.execute(db)
    },
  },
}
