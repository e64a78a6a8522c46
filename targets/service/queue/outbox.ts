import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Waiting } from '../postgres/lookout.ts'
import type { Transact } from '../postgres/transaction.ts'
import { nextFree } from './next-free.ts'

type Sql = RawBuilder<unknown>

/** A table whose rows commit with the change they tell of; `seq` is their order. */
export interface OutboxTable {
  readonly table: Sql
  /** What is told of a row, `seq` among it. */
  readonly row: Sql
  /** Some of the rows. Default: all. */
  readonly only?: Sql
  /** At once. */
  readonly batch: number
}

/** What commits is told, however late; what rolls back never is. */
export interface Outbox<Row> {
  /** True while something waits to be told. */
  readonly waiting: Waiting
  /**
   * Tells the next, oldest first, and crosses them off once that resolves; resolves to how many.
   * Whoever dies in between tells them again: at least once.
   */
  relay(tell: (rows: readonly Row[], trx: Kysely<unknown>) => Promise<void>): Promise<number>
}

export function createOutbox<Row extends { readonly seq: number }>(
  transact: Transact,
  { table, row, only = sql`true`, batch }: OutboxTable,
): Outbox<Row> {
  return {
    waiting: sql`exists (select from ${table} where ${only})`,
    relay: tell =>
      transact(async trx => {
        const order = sql`seq`
        const next = nextFree({ table, select: row, where: only, order, most: batch })
        const { rows } = await sql<Row>`${next}`.execute(trx)
        if (rows.length === 0) return 0
        await tell(rows, trx)
        const told = rows.map(({ seq }) => seq)
        await sql`delete from ${table} where seq = any(${told})`.execute(trx)
        return rows.length
      }),
  }
}
