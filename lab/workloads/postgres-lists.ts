import pg from 'pg'
import { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { LabSystem } from '../model/target.ts'
import type { Operation, Workload } from '../model/workload.ts'

export interface ListsOptions<System extends LabSystem> {
  readonly perSecond: Workload['perSecond']
  readonly keys: number
  readonly clients: number
  readonly level: 'read committed' | 'repeatable read' | 'serializable'
  /** A connection string of a role that may create a table. */
  readonly url: (system: System) => string
  /** Default `lists`; also the table's name. */
  readonly name?: string
}

const items = z.array(z.tuple([z.enum(['append', 'read']), z.string(), z.number().nullable()]))

/**
 * Transactions of two to four reads of lists and appends to them, for `isolation`: each appended
 * number is unique. The final reads ask for every list.
 */
export function postgresLists<System extends LabSystem>(
  options: ListsOptions<System>,
): Workload<System> {
  const { perSecond, keys, clients, level, url, name = 'lists' } = options
  return {
    name,
    perSecond,
    clients,
    maxInFlight: 4 * clients,
    giveUpMs: 4_000,
    operations: random => transactions(random, keys),
    open: async system => {
      const pool = new pg.Pool({ connectionString: url(system), max: clients })
      // A connection that ends while nobody uses it is opened again when it is needed.
      pool.on('error', () => {})
      await pool.query(
        `CREATE TABLE IF NOT EXISTS ${name} (key text PRIMARY KEY, list int[] NOT NULL)`,
      )
      return {
        perform: ({ input }) => transact(pool, name, level, input),
        [Symbol.asyncDispose]: () => pool.end(),
      }
    },
    finale: () =>
      Array.from({ length: keys }, (_, key) => ({ f: 'txn', input: [['read', `${key}`, null]] })),
  }
}

function* transactions(random: Random, keys: number): Generator<Operation> {
  let last = 0
  for (;;) {
    const input = Array.from({ length: random.integer(2, 4) }, (): Json => {
      const key = `${random.integer(0, keys - 1)}`
      return random.next() < 0.5 ? ['read', key, null] : ['append', key, ++last]
    })
    yield { f: 'txn', input }
  }
}

async function transact(
  pool: pg.Pool,
  table: string,
  level: string,
  input: Json,
): Promise<Outcome> {
  let committing = false
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    const value: Json[] = []
    for (const [f, key, number] of items.parse(input)) {
      value.push([f, key, f === 'read' ? await read(client, table, key) : number])
      if (f === 'append') await append(client, table, key, number)
    }
    committing = true
    await client.query('COMMIT')
    client.release()
    return { kind: 'ok', value }
  } catch (error) {
    // Closed, so that the server rolls back what was begun.
    client?.release(true)
    return outcomeOf(error, committing)
  }
}

/** Before COMMIT was sent nothing can have happened; after it only the server's own word tells. */
function outcomeOf(error: unknown, committing: boolean): Outcome {
  if (!(error instanceof Error)) throw error
  const { message } = error
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error
    return { kind: 'fail', ended: 'refused', code, error: `refused: ${code} ${message}` }
  }
  if (error instanceof z.ZodError) throw error
  return { kind: committing ? 'info' : 'fail', ended: 'cut', error: message }
}

const row = z.object({ list: z.array(z.number()) })

async function read(client: pg.PoolClient, table: string, key: string): Promise<Json> {
  const { rows } = await client.query(`SELECT list FROM ${table} WHERE key = $1`, [key])
  return rows.length === 0 ? null : row.parse(rows[0]).list
}

async function append(client: pg.PoolClient, table: string, key: string, number: number | null) {
  await client.query(
    `INSERT INTO ${table} (key, list) VALUES ($1, ARRAY[$2::int])
     ON CONFLICT (key) DO UPDATE SET list = ${table}.list || $2::int`,
    [key, number],
  )
}
