import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '050-accounts': {
    up: async db => {
      await sql`
        create table accounts_users (
          id uuid primary key default gen_random_uuid(),
          username text not null,
          username_key text not null constraint accounts_users_username unique,
          email text not null,
          email_key text not null constraint accounts_users_email unique,
          password_hash text,
          verified_at timestamptz,
          last_login_at timestamptz,
          mfa_secret text,
          mfa_enabled_at timestamptz,
          mfa_last_step bigint not null default 0,
          created_at timestamptz not null default now()
        )`.execute(db)
      await sql`
        create table accounts_one_time_tokens (
          hash text primary key,
          user_id uuid not null references accounts_users (id) on delete cascade,
          purpose text not null check (purpose in ('verify', 'reset')),
          expires_at timestamptz not null,
          used_at timestamptz
        )`.execute(db)
      await sql`
        create table accounts_login_failures (
          login_key text primary key,
          failures integer not null,
          last_failed_at timestamptz not null,
          locked_until timestamptz
        )`.execute(db)
      await sql`
        create table accounts_refresh_tokens (
          hash text primary key,
          family uuid not null,
          user_id uuid not null references accounts_users (id) on delete cascade,
          session_id uuid not null,
          expires_at timestamptz not null,
          used_at timestamptz,
          revoked_at timestamptz
        )`.execute(db)
      await sql`
        create index accounts_refresh_family on accounts_refresh_tokens (family)`.execute(db)
      await sql`
        create index accounts_refresh_user on accounts_refresh_tokens (user_id)`.execute(db)
      await sql`
        create table accounts_recovery_codes (
          user_id uuid not null references accounts_users (id) on delete cascade,
          hash text not null,
          used_at timestamptz,
          primary key (user_id, hash)
        )`.execute(db)
      await sql`
        create table accounts_oauth_identities (
          issuer text not null,
          subject text not null,
          user_id uuid not null references accounts_users (id) on delete cascade,
          primary key (issuer, subject)
        )`.execute(db)
    },
    down: async db => {
      await sql`
        drop table accounts_oauth_identities, accounts_recovery_codes, accounts_refresh_tokens,
          accounts_login_failures, accounts_one_time_tokens, accounts_users`.execute(db)
    },
  },
}
