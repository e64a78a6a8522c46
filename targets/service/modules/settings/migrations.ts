import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '120-settings-versions': {
    up: async db => {
      await sql`
        create table settings_versions (
          version integer primary key check (version > 0),
          settings jsonb not null,
          changed_by uuid not null,
          changed_at timestamptz not null default now()
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table settings_versions`.execute(db)
    },
  },
}
