import { clientKill } from '../../redis-server/client-kill.ts'
import type { RedisServer } from '../../redis-server/redis-server.ts'
import { thePart } from '../system-of.ts'

/** Every fault of a Redis server that is over when it is made. */
export const faults = [clientKill(thePart<RedisServer>())]
