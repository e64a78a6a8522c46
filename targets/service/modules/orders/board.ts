import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Defences } from '../../defences.ts'
import type { Copy } from './announcements.ts'
import { orderStatus } from './order.ts'

const entry = z.object({ status: orderStatus, userId: z.uuid() })

/**
 * What each order is in, in Redis: for the many who only want to know that, while it is new. A copy
 * that is wrong, whatever went wrong, is gone soon, and Postgres is asked instead.
 */
export interface Board extends Copy {
  /** As of a moment ago; nothing when it is not known here, or Redis is away. */
  find(orderId: string): Promise<z.infer<typeof entry> | undefined>
}

const foreverMs = 30 * 86_400_000
const key = (orderId: string) => `orders:board:${orderId}`

/** The later of two wins, in whatever order they come. */
const keep = `
  local known = redis.call('hget', KEYS[1], 'seq')
  if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end
  redis.call('hset', KEYS[1], 'seq', ARGV[1], 'status', ARGV[2], 'userId', ARGV[3])
  return redis.call('pexpire', KEYS[1], ARGV[4])`

export function createBoard(redis: Redis, defences: Defences): Board {
  const { keepMs } = defences.settings('status-copy-expiry')
  const keptMs = defences.on('status-copy-expiry') ? keepMs : foreverMs
  return {
    name: 'board',
    tell: async announcements => {
      await Promise.all(
        announcements.map(({ orderId, seq, status, userId }) =>
          redis.eval(keep, 1, key(orderId), seq, status, userId, keptMs),
        ),
      )
    },
    find: async orderId => {
      const found = await redis.hgetall(key(orderId)).catch(() => ({}))
      return entry.safeParse(found).data
    },
  }
}
