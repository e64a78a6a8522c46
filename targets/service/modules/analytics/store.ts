import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { once, openClickhouse } from '../../clickhouse/open.ts'
import type { Config } from '../../config.ts'
import type { Event } from './event.ts'

const counted = z.array(z.object({ name: z.string(), events: z.coerce.number() }))

/** What ClickHouse knows. Copies of one event count once. */
export interface AnalyticsStore {
  insert(events: readonly Event[]): Promise<void>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

export async function openStore(
  config: NonNullable<Config['clickhouse']>,
): Promise<AnalyticsStore> {
  const client = await openClickhouse(config)
  const ready = once(() => makeTable(client))
  return {
    close: () => client.close(),
    insert: async events => {
      await ready()
      const values = events.map(({ id, name, userId, at, properties }) => ({
        id,
        name,
        user_id: userId,
        at: Math.floor(at.getTime() / 1_000),
        properties: JSON.stringify(properties),
      }))
      await client.insert({ table: 'analytics_events', values, format: 'JSONEachRow' })
    },
    counts: async () => {
      await ready()
      // Merges that drop copies come some time; until then the query must.
      const query = 'select name, uniqExact(id) as events from analytics_events group by name'
      const answer = await client.query({ query, format: 'JSONEachRow' })
      const rows = counted.parse(await answer.json())
      return Object.fromEntries(rows.map(({ name, events }) => [name, events]))
    },
  }
}

function makeTable(client: ClickHouseClient): Promise<unknown> {
  return client.command({
    query: `create table if not exists analytics_events (
      id String, name String, user_id String, at DateTime, properties String
    ) engine = ReplacingMergeTree order by id`,
  })
}
