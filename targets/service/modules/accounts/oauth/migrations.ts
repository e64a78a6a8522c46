import { sql } from 'kysely'
import type { Migrations } from '../../../postgres/migrate.ts'

export const oauthMigrations: Migrations = {
  '055-accounts-oauth-grants': {
    up: async db => {
      await sql`
        create table accounts_oauth_grants (
          user_id uuid primary key references accounts_users (id) on delete cascade,
          subject text not null,
          tokens text not null,
          expires_at timestamptz not null
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table accounts_oauth_grants`.execute(db)
    },
  },
}
