import pg from 'pg'

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  connectionTimeoutMillis: 1_000,
  // A connection whose other end is gone never answers.
  query_timeout: 700,
})

// Without a listener, an idle connection that is lost ends the process.
pool.on('error', error => console.warn('an idle connection was lost:', error.message))

/**
 * Runs the work in a transaction, and again where the connection was lost. Whether the first attempt
 * was committed nobody knows then: the work must be the same when it is done twice.
 */
export async function transaction(work, attempts = 3) {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    // The same holds for one that is in use, between its queries.
    const ignore = () => {}
    client.on('error', ignore)
    let failure
    try {
      await client.query('BEGIN')
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      failure = error
      if (attempt === attempts) throw error
    } finally {
      client.off('error', ignore)
      // Given an error, the pool closes the connection, and the server rolls back.
      client.release(failure)
    }
  }
}
