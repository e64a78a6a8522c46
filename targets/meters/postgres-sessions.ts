import pg from 'pg'
import { z } from 'zod'
import type { Meter } from '../../lab/model/meter.ts'

/** The meter's own session is not counted. Deadlocks: those the server resolved, since it began. */
const query = `
  select count(*)::int as sessions,
    (count(*) filter (where state = 'active'))::int as "sessionsActive",
    (count(*) filter (where state = 'idle'))::int as "sessionsIdle",
    (count(*) filter (where state like 'idle in transaction%'))::int as "sessionsIdleInTransaction",
    (count(*) filter (where wait_event_type = 'Lock'))::int as "sessionsWaitingForLock",
    (select deadlocks from pg_stat_database where datname = current_database())::int as deadlocks
  from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`

const row = z.record(z.string(), z.number())

/** A server's own view of its clients, through a session past every link. */
export function postgresSessions(of: string, url: string): Meter & AsyncDisposable {
  let open: pg.Client | undefined
  const drop = () => {
    const dropped = open
    open = undefined
    // The server may be frozen and never say goodbye.
    dropped?.end().catch(() => {})
  }
  return {
    of,
    read: async signal => {
      signal.addEventListener('abort', drop, { once: true })
      try {
        open ??= await connect(url)
        return row.parse((await open.query(query)).rows[0])
      } catch (error) {
        drop()
        throw error
      } finally {
        signal.removeEventListener('abort', drop)
      }
    },
    [Symbol.asyncDispose]: async () => drop(),
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lab',
    connectionTimeoutMillis: 1_000,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}
