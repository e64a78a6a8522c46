import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '095-agents': {
    up: async db => {
      await sql`
        create table agents_runs (
          id uuid primary key,
          user_id uuid not null,
          trace text not null,
          task jsonb not null,
          state text not null default 'asked' check (state in (
            'asked', 'started', 'thinking', 'executing', 'executed', 'completed', 'failed')),
          attempts integer not null default 0,
          lease_until timestamptz not null default now(),
          asked_at timestamptz not null default now()
        )`.execute(db)
      await sql`
        create index agents_runs_open on agents_runs (asked_at)
        where state not in ('completed', 'failed')`.execute(db)
      await sql`
        create table agents_events (
          run_id uuid not null references agents_runs (id) on delete cascade,
          seq integer not null,
          type text not null,
          data jsonb,
          at timestamptz not null default clock_timestamp(),
          primary key (run_id, seq)
        )`.execute(db)
      await sql`
        create table agents_facts (
          user_id uuid not null,
          fact text not null,
          constraint agents_facts_once primary key (user_id, fact)
        )`.execute(db)
    },
    down: async db => {
      await sql`drop table agents_facts, agents_events, agents_runs`.execute(db)
    },
  },
}
