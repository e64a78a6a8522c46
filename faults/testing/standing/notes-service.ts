import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import pg from 'pg'

/**
 * A service that knows nothing of the lab: it keeps notes in Postgres, and the last of them in Redis.
 * It tries again when an answer is lost; KEYED=yes makes that harmless.
 */
const { DATABASE_URL, REDIS_URL = '', PORT, KEYED } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10, query_timeout: 500 })
pool.on('error', () => {})
const redis = new Redis(REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
redis.on('error', () => {})
const insert = `insert into notes (id, text) values ($1, $2)${KEYED === 'yes' ? ' on conflict (id) do nothing' : ''}`

createServer(async (request, response) => {
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  try {
    const id = (request.url ?? '').split('/')[2] ?? ''
    if (request.method === 'GET') return answer(200, await read(id))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    await tried(() => pool.query(insert, [id, body.text]))
    redis.set('last', id).catch(() => {})
    answer(201, { id, text: body.text })
  } catch (error) {
    console.log(JSON.stringify({ level: 'error', msg: String(error) }))
    answer(503, { title: 'try again' })
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening'))

async function read(id: string) {
  const { rows } = await pool.query('select id, text from notes where id = $1', [id])
  return rows
}

async function tried(work: () => Promise<unknown>, attempts = 4): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}
