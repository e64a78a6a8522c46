import { type RawBuilder, sql } from 'kysely'

export interface Rows {
  readonly table: RawBuilder<unknown>
  readonly select: RawBuilder<unknown>
  readonly where: RawBuilder<unknown>
  readonly order: RawBuilder<unknown>
  /** Default: 1. */
  readonly most?: number
}

/** Who finds a row locked goes on to the next, so that no two wait for one another. */
export const pastOthers = sql`for update skip locked`

/** The first rows that nobody holds, locked until the transaction ends. */
export function nextFree({ table, select, where, order, most = 1 }: Rows, lock = pastOthers) {
  return sql`select ${select} from ${table} where ${where} order by ${order} limit ${most} ${lock}`
}
