import type { Module } from '../../kit.ts'
import { loop } from '../../resilience/loop.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import type { Event } from './event.ts'
import { migrations } from './migrations.ts'
import { createShipping, noteEvent } from './outbox.ts'
import { addAnalyticsRoutes } from './routes.ts'
import { openStore } from './store.ts'

/** Nothing where no ClickHouse is configured. */
export const analyticsModule: Module = {
  name: 'analytics',
  migrations,
  start: {
    api: async ({ config, db, defences, identity, log, onClose }, http) => {
      if (!config.clickhouse) return
      const store = await openStore(config.clickhouse)
      onClose(() => store.close())
      addAnalyticsRoutes(http, {
        identity,
        store,
        track: defences.on('analytics-outbox')
          ? event => noteEvent(db, event)
          : async event => {
              await store.insert([event]).catch(err => log.warn({ err }, 'an event was lost'))
            },
      })
    },
    worker: async ({ config, transact, lookout, defences, log, metrics, onClose }) => {
      if (!config.clickhouse || !defences.on('analytics-outbox')) return
      const { batch } = defences.settings('analytics-outbox')
      const store = await openStore(config.clickhouse)
      onClose(() => store.close())
      const insert = (events: readonly Event[]) => store.insert(events)
      const shipping = createShipping({ transact, batch, insert, log })
      const shipped = metrics.counter('analytics_events_shipped_total')
      const ship = async () => {
        const count = await shipping.ship()
        shipped.inc(count)
        return count > 0
      }
      untilClosed(onClose, signal =>
        loop('analytics', ship, lookout.loopUntil(shipping.waiting, signal)),
      )
    },
  },
}
