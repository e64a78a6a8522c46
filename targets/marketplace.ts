import { z } from 'zod'
import type { MarketplaceFaultRequest } from './marketplace/fault.ts'
import type { MarketplaceSettings, Product } from './marketplace/settings.ts'
import { type Peer, startPeer } from './peers/start-peer.ts'
import type { ServerContext } from './runtime/server-part.ts'

const statement = z.object({
  orders: z.array(
    z.object({ id: z.string(), key: z.string(), sku: z.string(), quantity: z.number() }),
  ),
  products: z.array(z.object({ sku: z.string(), stock: z.number() })),
})
export type MarketplaceStatement = z.infer<typeof statement>

const attempts = z.object({
  perRoute: z.record(z.string(), z.number()),
  mostAtOnce: z.number(),
  attempts: z.array(
    z.object({
      route: z.string(),
      url: z.string(),
      trace: z.string().optional(),
      atMs: z.number(),
    }),
  ),
})
/** Every request that arrived, whatever became of it; times in ms of the peer's own clock. */
export type MarketplaceAttempts = z.infer<typeof attempts>

export interface Marketplace extends Peer<MarketplaceFaultRequest> {
  /** May read and write. */
  readonly apiKey: string
  /** May only read: writing with it is answered 403. */
  readonly readOnlyKey: string
  statement(): Promise<MarketplaceStatement>
  attempts(): Promise<MarketplaceAttempts>
}

export interface MarketplaceOptions {
  readonly name?: string
  readonly products?: readonly Product[]
  /** Its own limit per key; default none. */
  readonly requestsPerSecond?: number
}

/** Starts the stand-in of a third party's commerce API. */
export async function startMarketplace(
  context: ServerContext,
  { name = 'marketplace', products = [], requestsPerSecond }: MarketplaceOptions = {},
): Promise<Marketplace> {
  const keys = { apiKey: 'marketplace-test-key', readOnlyKey: 'marketplace-read-key' }
  const settings = {
    apiKeys: [
      { key: keys.apiKey, scopes: ['read', 'write'] },
      { key: keys.readOnlyKey, scopes: ['read'] },
    ],
    products: [...products],
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  } satisfies Partial<MarketplaceSettings>
  const peer = await startPeer<MarketplaceFaultRequest>(context, {
    name,
    program: 'marketplace',
    settings,
  })
  return Object.assign(peer, {
    ...keys,
    statement: () => peer.admin.read('/statement', statement),
    attempts: () => peer.admin.read('/attempts', attempts),
  })
}
