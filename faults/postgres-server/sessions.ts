import { z } from 'zod'
import type { PostgresServer } from './postgres-server.ts'
import { withPostgres } from './postgres-server.ts'

/** Which sessions; default: of every client but the lab's own. */
export interface WhichSessions {
  /** As clients call themselves (`application_name`). */
  readonly application?: string
  readonly user?: string
  readonly database?: string
}

const count = z.tuple([z.object({ hit: z.int() })])

/** Sends a signal to sessions; resolves to how many took it. */
export async function signalSessions(
  server: PostgresServer,
  signal: 'pg_terminate_backend(pid, 3000)' | 'pg_cancel_backend(pid)',
  { application = null, user = null, database = null }: Nullable<WhichSessions>,
  state: 'active' | null,
): Promise<number> {
  const { rows } = await withPostgres(server.url, admin =>
    admin.query(
      `select (count(*) filter (where taken))::int as hit from (
         select ${signal} as taken from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid()
           and application_name <> 'lab'
           and ($1::text is null or application_name = $1)
           and ($2::text is null or usename = $2)
           and ($3::text is null or datname = $3)
           and ($4::text is null or state = $4)) as signalled`,
      [application, user, database, state],
    ),
  )
  return count.parse(rows)[0].hit
}

type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null }

/** As a label tells it. */
export function labelOf(part: string | undefined, which: WhichSessions): string {
  const told = Object.entries(which).map(([field, value]) => `${field} ${value}`)
  return [part ?? 'postgres', ...told].join(', ')
}
