import pg from 'pg'

/** What a fault of a PostgreSQL server asks of a part: its superuser's URL, past every link. */
export interface PostgresServer {
  readonly name: string
  readonly url: string
}

/** One whose log is a file that the lab may read: refusals are counted there. */
export interface LoggingPostgres extends PostgresServer {
  readonly logFile: string
}

/** A session for one use. An undo may take five seconds. */
export async function withPostgres<T>(
  url: string,
  use: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = await openPostgres(url)
  try {
    return await use(admin)
  } finally {
    await admin.end()
  }
}

/** @param application By which an undo finds the session again. */
export async function openPostgres(url: string, application = 'lab'): Promise<pg.Client> {
  const admin = new pg.Client({
    connectionString: url,
    application_name: application,
    connectionTimeoutMillis: 4_000,
  })
  admin.on('error', () => {})
  await admin.connect()
  return admin
}

/** Undefined when nobody listens: a server that is gone has no session that could be ended. */
export async function unlessGone<T>(
  url: string,
  use: (admin: pg.Client) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withPostgres(url, use)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return undefined
    throw error
  }
}

/** Ends the sessions of this application, and awaits it. */
export async function endSessions(admin: pg.Client, application: string): Promise<void> {
  await admin.query(
    'select pg_terminate_backend(pid, 3000) from pg_stat_activity where application_name = $1',
    [application],
  )
}
