import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '070-files': {
    up: async db => {
      await sql`
        create table files_files (
          id uuid primary key,
          owner_id uuid not null,
          name text not null,
          media_type text not null,
          bytes bigint not null check (bytes >= 0),
          created_at timestamptz not null default now(),
          completed_at timestamptz
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table files_files`.execute(db)
    },
  },
}
