import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { z } from 'zod'
import { type Product, product } from './product.ts'

const copy = z.object({ product, asOf: z.string() })
export type Copy = z.infer<typeof copy>

/** The last known state of products, for when the marketplace is away. */
export interface Copies {
  /** Never fails: a copy that cannot be kept is only missed later. */
  keep(product: Product): Promise<void>
  /** Never fails either: one that cannot be read is none. */
  find(sku: string): Promise<Copy | undefined>
}

export const noCopies: Copies = { keep: async () => {}, find: async () => undefined }

export function createCopies(redis: Redis, keepMs: number, log: Pick<Logger, 'warn'>): Copies {
  const key = (sku: string) => `marketplace:product:${sku}`
  const missed = (err: unknown) => log.warn({ err }, 'no copy of a product could be used')
  return {
    keep: async product => {
      const text = JSON.stringify({ product, asOf: new Date().toISOString() } satisfies Copy)
      await redis.set(key(product.sku), text, 'PX', keepMs).catch(missed)
    },
    find: async sku => {
      try {
        const text = await redis.get(key(sku))
        return text === null ? undefined : copy.parse(JSON.parse(text))
      } catch (error) {
        missed(error)
        return undefined
      }
    },
  }
}
