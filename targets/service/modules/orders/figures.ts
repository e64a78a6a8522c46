import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { once } from '../../clickhouse/open.ts'
import type { Copy } from './announcements.ts'

const rows = z.array(
  z.object({ status: z.string(), orders: z.coerce.number(), cents: z.coerce.number() }),
)

/** How many orders are in which status, and what they are worth, in ClickHouse. */
export interface Figures extends Copy {
  perStatus(): Promise<z.infer<typeof rows>>
}

export function createFigures(client: ClickHouseClient): Figures {
  const ready = once(() =>
    client.command({
      query: `create table if not exists orders_statuses (
        order_id String, status String, total_cents Int64, seq UInt64
      ) engine = ReplacingMergeTree(seq) order by order_id`,
    }),
  )
  return {
    name: 'figures',
    tell: async announcements => {
      await ready()
      const values = announcements.map(({ orderId, status, totalCents, seq }) => ({
        order_id: orderId,
        status,
        total_cents: totalCents,
        seq,
      }))
      await client.insert({ table: 'orders_statuses', values, format: 'JSONEachRow' })
    },
    perStatus: async () => {
      await ready()
      // Merges that keep only the latest come some time; until then the query must.
      const query = `
        select status, count() as orders, sum(cents) as cents from (
          select argMax(status, seq) as status, any(total_cents) as cents
          from orders_statuses group by order_id)
        group by status order by status`
      const answer = await client.query({ query, format: 'JSONEachRow' })
      return rows.parse(await answer.json())
    },
  }
}
