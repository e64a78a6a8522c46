import { sql } from 'kysely'
import type { Migrations } from '../postgres/migrate.ts'

export const migrations: Migrations = {
  '030-identity-roles': {
    up: async db => {
      await sql`
        create table identity_roles (
          user_id uuid not null,
          role text not null,
          primary key (user_id, role)
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table identity_roles`.execute(db)
    },
  },
}
