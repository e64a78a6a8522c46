import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '060-orders': {
    up: async db => {
      await sql`
        create table orders_products (
          id uuid primary key default gen_random_uuid(),
          sku text not null constraint orders_products_sku unique,
          name text not null,
          price_cents bigint not null check (price_cents >= 0),
          active boolean not null default true,
          available integer not null default 0 check (available >= 0),
          reserved integer not null default 0 check (reserved >= 0),
          sold integer not null default 0 check (sold >= 0),
          created_at timestamptz not null default now()
        )`.execute(db)
      await sql`
        create table orders_cart_items (
          user_id uuid not null,
          product_id uuid not null references orders_products (id),
          quantity integer not null check (quantity > 0),
          primary key (user_id, product_id)
        )`.execute(db)
      await sql`
        create table orders_orders (
          id uuid primary key default gen_random_uuid(),
          number bigint generated always as identity (start with 100001) unique,
          user_id uuid not null,
          idempotency_key text,
          fingerprint text not null,
          status text not null,
          subtotal_cents bigint not null,
          tax_cents bigint not null,
          shipping_cents bigint not null,
          total_cents bigint not null,
          created_at timestamptz not null default now(),
          constraint orders_orders_key unique (user_id, idempotency_key)
        )`.execute(db)
      await sql`
        create table orders_lines (
          order_id uuid not null references orders_orders (id),
          product_id uuid not null references orders_products (id),
          sku text not null,
          name text not null,
          unit_price_cents bigint not null,
          quantity integer not null check (quantity > 0),
          primary key (order_id, product_id)
        )`.execute(db)
      await sql`
        create table orders_events (
          id bigint generated always as identity primary key,
          order_id uuid not null references orders_orders (id),
          status text not null,
          at timestamptz not null default clock_timestamp()
        )`.execute(db)
      await sql`
        create table orders_payments (
          order_id uuid primary key references orders_orders (id),
          status text not null check (status in ('open', 'charged', 'declined')),
          next_check_at timestamptz not null
        )`.execute(db)
      await sql`
        create table orders_credit_entries (
          id bigint generated always as identity primary key,
          user_id uuid not null,
          cents bigint not null,
          idempotency_key text not null,
          at timestamptz not null default now(),
          constraint orders_credit_key unique (user_id, idempotency_key)
        )`.execute(db)
      await sql`create index orders_orders_user on orders_orders (user_id, number)`.execute(db)
      await sql`create index orders_events_order on orders_events (order_id)`.execute(db)
      await sql`
        create index orders_payments_open on orders_payments (next_check_at)
        where status = 'open'`.execute(db)
      await sql`
        create index orders_orders_waiting on orders_orders (created_at)
        where status = 'pending-payment'`.execute(db)
    },
    down: async db => {
      await sql`
        drop table orders_credit_entries, orders_payments, orders_events, orders_lines,
          orders_orders, orders_cart_items, orders_products`.execute(db)
    },
  },
  '130-orders-outbox': {
    up: async db => {
      await sql`
        create table orders_outbox (
          seq bigint generated always as identity primary key,
          copy text not null,
          order_id uuid not null references orders_orders (id),
          status text not null
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table orders_outbox`.execute(db)
    },
  },
  '131-orders-trace': {
    up: async db => {
      for (const table of ['orders_outbox', 'orders_payments']) {
        await sql`
          alter table ${sql.table(table)} add column trace text not null default 'background'
        `.execute(db)
      }
    },
    down: async db => {
      for (const table of ['orders_outbox', 'orders_payments']) {
        await sql`alter table ${sql.table(table)} drop column trace`.execute(db)
      }
    },
  },
  '132-orders-payment-ends': {
    up: async db => {
      await sql`
        alter table orders_payments
          drop constraint orders_payments_status_check,
          add constraint orders_payments_status_check check (status in
            ('open', 'charged', 'declined', 'refund', 'refunded', 'unresolved')),
          add column questions integer not null default 1,
          add column checks integer not null default 0`.execute(db)
      await sql`drop index orders_payments_open`.execute(db)
      await sql`
        create index orders_payments_due on orders_payments (next_check_at)
        where status in ('open', 'refund')`.execute(db)
    },
    down: async db => {
      await sql`drop index orders_payments_due`.execute(db)
      await sql`
        create index orders_payments_open on orders_payments (next_check_at)
        where status = 'open'`.execute(db)
      // What is to be paid back was charged, as far as the older schema can say it.
      await sql`
        update orders_payments set status = 'charged'
        where status in ('refund', 'refunded', 'unresolved')`.execute(db)
      await sql`
        alter table orders_payments
          drop column checks,
          drop column questions,
          drop constraint orders_payments_status_check,
          add constraint orders_payments_status_check
            check (status in ('open', 'charged', 'declined'))`.execute(db)
    },
  },
}
