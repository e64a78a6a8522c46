import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { type KeyedTrafficOptions, keyedTraffic } from './keyed-traffic.ts'
import type { RunningSystem } from './selectors.ts'

/** A statement, with `$1` for its first value. */
export interface Statement {
  readonly [name: string]: Json | undefined
  readonly sql: string
  readonly values?: readonly Json[]
}

export type SqlTrafficOptions = KeyedTrafficOptions<Statement>

const shape = z.object({ sql: z.string(), values: z.array(z.json()).exactOptional() })
/** The journal keeps no longer answer. */
const mostRows = 20

/**
 * Clients of a Postgres of the system (`postgres({ traffic: true })`), without a service between. A statement with
 * a `key` is a write: when it is confirmed, `readBack` must find one row in the end (`noLostWrites`).
 */
export function sqlTraffic(options: SqlTrafficOptions): Workload<RunningSystem> {
  return keyedTraffic(options, { shape, open: (reach, clients) => openClients(reach.url, clients) })
}

async function openClients(url: string, clients: number) {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: clients })
  // A connection that ends while nobody uses it is opened again when it is needed.
  pool.on('error', () => {})
  return {
    ask: async ({ sql, values = [] }: Statement) => {
      const { rows } = await pool.query(sql, [...values])
      const answer = z.json().parse(JSON.parse(JSON.stringify(rows.slice(0, mostRows))))
      return { found: rows.length, answer }
    },
    outcomeOf: (error: unknown): Outcome => {
      if (!(error instanceof Error)) throw error
      const { message } = error
      if (error instanceof pg.DatabaseError) {
        const { code = '' } = error
        return { kind: 'fail', ended: 'refused', code, error: `refused: ${code} ${message}` }
      }
      const neverSent = 'code' in error && error.code === 'ECONNREFUSED'
      return { kind: neverSent ? 'fail' : 'info', ended: 'cut', error: message }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
