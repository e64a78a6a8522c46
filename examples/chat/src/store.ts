import pg from 'pg'

export interface Message {
  readonly seq: number
  readonly room: string
  readonly id: string
  readonly text: string
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
pool.on('error', error => console.error('database', error.message))

export async function keep(room: string, id: string, text: string): Promise<Message> {
  const { rows } = await pool.query<{ seq: string }>(
    'INSERT INTO messages (room, id, text) VALUES ($1, $2, $3) RETURNING seq',
    [room, id, text],
  )
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
