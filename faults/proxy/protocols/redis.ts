import type { Protocol } from '../contracts/protocol.ts'
import { RedisSession } from './redis/session.ts'

/** Redis, RESP2 and RESP3. */
export const protocol: Protocol = { name: 'redis', open: () => new RedisSession() }
