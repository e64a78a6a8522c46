import pg from 'pg'

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })

/** Runs the work in a transaction. The database is restarted every night, so it tries again. */
export async function transaction(work, attempts = 3) {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let failure
    try {
      await client.query('BEGIN')
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      failure = error
      await client.query('ROLLBACK').catch(() => {})
      if (attempt === attempts) throw error
    } finally {
      client.release(failure)
    }
  }
}
