import type { Module } from '../../kit.ts'
import { createBulkhead, noBulkhead } from '../../resilience/bulkhead.ts'
import { createCopies, noCopies } from './copies.ts'
import { addMarketplaceRoutes } from './routes.ts'
import { createMarketplace } from './service.ts'

/** Nothing where no marketplace is configured. */
export const marketplaceModule: Module = {
  name: 'marketplace',
  start: {
    api: async ({ config, defences, redis, log, identity, guard, onClose }, http) => {
      if (!config.marketplace) return
      const { createClient } = await import('./client.ts') // only who calls pays for loading it
      const { keepMs } = defences.settings('marketplace-copies')
      const client = createClient({ ...config.marketplace, defences })
      onClose(() => client.close())
      const marketplace = createMarketplace({
        client,
        guard: guard('marketplace'),
        bulkhead: defences.on('marketplace-bulkhead')
          ? createBulkhead(
              'Too many requests wait for the marketplace already.',
              defences.settings('marketplace-bulkhead'),
            )
          : noBulkhead,
        copies: defences.on('marketplace-copies') ? createCopies(redis, keepMs, log) : noCopies,
      })
      addMarketplaceRoutes(http, { marketplace, identity })
    },
  },
}
