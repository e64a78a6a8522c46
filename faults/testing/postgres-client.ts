import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { patienceMs } from './link-trials.ts'

/** On a connection of its own writes a row and reads it; resolves to `well`, or to what it found. */
export async function usePostgres(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString, query_timeout: patienceMs })
  client.on('error', () => {})
  try {
    await client.connect()
    const id = randomUUID()
    await client.query(`insert into stock values ('${id}')`)
    const { rows } = await client.query(`select from stock where id = '${id}'`)
    return rows.length === 1 ? 'well' : `${rows.length} rows`
  } finally {
    client.end().catch(() => {})
  }
}

/** A session that calls itself so. */
export async function openAs(application: string, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: application })
  client.on('error', () => {})
  await client.connect()
  return client
}
