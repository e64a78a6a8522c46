import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { currentContext, inTrace } from '../../context.ts'
import type { Waiting } from '../../postgres/lookout.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { createOutbox } from '../../queue/outbox.ts'
import type { Event } from './event.ts'

/** Notes an event in the caller's transaction, when it is given one: told if and only if that commits. */
export async function noteEvent(db: Kysely<unknown>, event: Event): Promise<void> {
  const { id, name, userId, at, properties } = event
  await sql`
    insert into analytics_outbox (id, name, user_id, at, properties, trace)
    values (${id}, ${name}, ${userId}, ${at}, ${JSON.stringify(properties)},
      ${currentContext().requestId})`.execute(db)
}

interface Shipping {
  readonly waiting: Waiting
  /** Hands the oldest to ClickHouse; resolves to how many there were. */
  ship(): Promise<number>
}

interface Parts {
  readonly transact: Transact
  /** Events in one insert, at most. */
  readonly batch: number
  readonly insert: (events: readonly Event[]) => Promise<void>
  readonly log: Pick<Logger, 'info'>
}

interface Noted extends Event {
  readonly seq: number
  readonly trace: string
}

/** Of events on their way to ClickHouse, which wait in Postgres. */
export function createShipping({ transact, batch, insert, log }: Parts): Shipping {
  const row = sql`seq, id, name, user_id as "userId", at, properties, trace`
  const table = { table: sql`analytics_outbox`, row, batch }
  const outbox = createOutbox<Noted>(transact, table)
  return {
    waiting: outbox.waiting,
    ship: () =>
      outbox.relay(async events => {
        await insert(events)
        for (const { trace, id } of events) {
          inTrace(trace, () => log.info({ event: 'analytics-event-shipped', id }, 'shipped'))
        }
      }),
  }
}
