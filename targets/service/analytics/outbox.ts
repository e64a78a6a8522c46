import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { currentContext, inTrace } from '../context.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Transact } from '../postgres/transaction.ts'
import type { Event } from './event.ts'

/** Events on their way to ClickHouse, in Postgres. */
export interface AnalyticsOutbox {
  readonly waiting: Waiting
  /** In the caller's transaction, when it is given one: told if and only if that commits. */
  add(event: Event): Promise<void>
  /**
   * Hands the oldest to `ship` and forgets them once that resolves. Whoever dies in between ships
   * them again: at least once. Resolves to how many there were.
   */
  take(most: number, ship: (events: readonly Event[]) => Promise<void>): Promise<number>
  depth(): Promise<number>
}

export function createAnalyticsOutbox(
  db: Kysely<unknown>,
  transact: Transact,
  log: Pick<Logger, 'info'>,
): AnalyticsOutbox {
  return {
    waiting: sql`exists (select from analytics_outbox)`,
    add: async ({ id, name, userId, at, properties }) => {
      await sql`
        insert into analytics_outbox (id, name, user_id, at, properties, trace)
        values (${id}, ${name}, ${userId}, ${at}, ${JSON.stringify(properties)},
          ${currentContext().requestId})`.execute(db)
    },
    take: (most, ship) =>
      transact(async trx => {
        const { rows } = await sql<Event & { seq: number; trace: string }>`
          select seq, id, name, user_id as "userId", at, properties, trace
          from analytics_outbox
          order by seq limit ${most} for update skip locked`.execute(trx)
        if (rows.length === 0) return 0
        await ship(rows)
        for (const { trace, id } of rows) {
          inTrace(trace, () => log.info({ event: 'analytics-event-shipped', id }, 'shipped'))
        }
        const seqs = rows.map(({ seq }) => seq)
        await sql`delete from analytics_outbox where seq = any(${seqs})`.execute(trx)
        return rows.length
      }),
    depth: async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from analytics_outbox`.execute(db)
      return rows[0]?.n ?? 0
    },
  }
}
