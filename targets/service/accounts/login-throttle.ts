import { type Kysely, sql } from 'kysely'
import type { Defences } from '../defences.ts'
import { Problem } from '../problem.ts'

/**
 * Counts wrong passwords per login name, known or not, and closes the door for a while. Kept in
 * Postgres: a counter in the cache would be forgotten when the cache restarts.
 */
export interface LoginThrottle {
  /** @throws {Problem} 429 `login-locked` with Retry-After. */
  check(loginKey: string): Promise<void>
  failed(loginKey: string): Promise<void>
  succeeded(loginKey: string): Promise<void>
}

const open: LoginThrottle = {
  check: async () => {},
  failed: async () => {},
  succeeded: async () => {},
}

export function createLoginThrottle(db: Kysely<unknown>, defences: Defences): LoginThrottle {
  if (!defences.on('login-throttle')) return open
  const { failures, lockMs } = defences.settings('login-throttle')
  const lockSeconds = lockMs / 1_000
  return {
    check: async loginKey => {
      const { rows } = await sql<{ seconds: number }>`
        select ceil(extract(epoch from locked_until - now()))::int as seconds
        from accounts_login_failures
        where login_key = ${loginKey} and locked_until > now()`.execute(db)
      const [row] = rows
      if (!row) return
      throw new Problem({
        status: 429,
        code: 'login-locked',
        title: 'Too many wrong passwords. Try again later.',
        retryAfterSeconds: row.seconds,
      })
    },
    failed: async loginKey => {
      // Failures older than the lock are forgotten; the n-th locks.
      await sql`
        insert into accounts_login_failures as f (login_key, failures, last_failed_at, locked_until)
        values (${loginKey}, 1, now(),
          case when 1 >= ${failures}::int then now() + make_interval(secs => ${lockSeconds}) end)
        on conflict (login_key) do update set
          failures = case when f.last_failed_at < now() - make_interval(secs => ${lockSeconds})
            then 1 else f.failures + 1 end,
          last_failed_at = now(),
          locked_until = case
            when f.last_failed_at >= now() - make_interval(secs => ${lockSeconds})
              and f.failures + 1 >= ${failures}::int
            then now() + make_interval(secs => ${lockSeconds}) end`.execute(db)
    },
    succeeded: async loginKey => {
      await sql`delete from accounts_login_failures where login_key = ${loginKey}`.execute(db)
    },
  }
}
