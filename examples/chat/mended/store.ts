import pg from 'pg'

export interface Message {
  readonly seq: number
  readonly room: string
  readonly id: string
  readonly text: string
}

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  connectionTimeoutMillis: 2_000,
  query_timeout: 3_000,
})
pool.on('error', error => console.error('database', error.message))

/** Numbers of a room are given one after the other: who reads up to one has all before it. */
const insert = `
  WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext($1)))
  INSERT INTO messages (room, id, text) SELECT $1, $2, $3 FROM turn RETURNING seq`

export async function keep(room: string, id: string, text: string): Promise<Message> {
  const { rows } = await pool.query<{ seq: string }>(insert, [room, id, text])
  return { seq: Number(rows[0]?.seq), room, id, text }
}

/** What was written after the message of this number, in order. */
export async function messagesAfter(room: string, seq: number): Promise<readonly Message[]> {
  const { rows } = await pool.query<{ seq: string; id: string; text: string }>(
    'SELECT seq, id, text FROM messages WHERE room = $1 AND seq > $2 ORDER BY seq',
    [room, seq],
  )
  return rows.map(row => ({ seq: Number(row.seq), room, id: row.id, text: row.text }))
}
