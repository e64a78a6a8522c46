import { type Kysely, sql } from 'kysely'
import { apart } from '../../context.ts'
import type { Defences } from '../../defences.ts'
import { Problem } from '../../problem.ts'

/**
 * Counts wrong passwords per login name, known or not, and closes the door for a while. Kept in
 * Postgres: a counter in the cache would be forgotten when the cache restarts. Guesses sent at the
 * same time all find the door open, so it is looked at again when their result is known.
 */
export interface LoginThrottle {
  /** @throws {Problem} 429 `login-locked` with Retry-After. */
  check(loginKey: string): Promise<void>
  /** @throws {Problem} 429 `login-locked` when the door had closed: nobody learns it was wrong. */
  failed(loginKey: string): Promise<void>
  /** @throws {Problem} 429 `login-locked` when the door had closed: nobody learns it was right. */
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
  const check = async (loginKey: string) => {
    const { rows } = await sql<{ seconds: number }>`
      select ceil(extract(epoch from locked_until - now()))::int as seconds
      from accounts_login_failures
      where login_key = ${loginKey} and locked_until > now()`.execute(db)
    const [row] = rows
    if (row) throw locked(row.seconds)
  }
  return {
    check,
    failed: async loginKey => {
      // Failures older than the lock are forgotten; the n-th locks.
      const counted = sql<{ count: number }>`
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
            then now() + make_interval(secs => ${lockSeconds}) end
        returning f.failures as count`
      const { rows } = await apart(() => counted.execute(db))
      if ((rows[0]?.count ?? 0) > failures) throw locked(lockSeconds)
    },
    succeeded: async loginKey => {
      await check(loginKey)
      const forget = sql`delete from accounts_login_failures where login_key = ${loginKey}`
      await apart(() => forget.execute(db))
    },
  }
}

function locked(retryAfterSeconds: number): Problem {
  const title = 'Too many wrong passwords. Try again later.'
  return new Problem({ status: 429, code: 'login-locked', title, retryAfterSeconds })
}
