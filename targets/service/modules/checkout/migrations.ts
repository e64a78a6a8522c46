import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '010-checkout-orders': {
    up: async db => {
      await sql`
        create table checkout_orders (
          id uuid primary key,
          items jsonb not null,
          total_cents bigint not null check (total_cents >= 0),
          status text not null check (status in ('pending', 'confirmed')),
          created_at timestamptz not null default now(),
          confirmed_at timestamptz
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table checkout_orders`.execute(db)
    },
  },
}
