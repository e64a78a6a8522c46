import type { Killable } from '../../../lab/model/capability.ts'
import { deleteKeys } from '../../redis-server/delete-keys.ts'
import { flushAll } from '../../redis-server/flush-all.ts'
import type { RedisServer } from '../../redis-server/redis-server.ts'
import { restartWithoutData } from '../../redis-server/restart-without-data.ts'
import { thePart } from '../system-of.ts'

const part = thePart<RedisServer & Killable>()

/** Every fault after which data of a Redis server is gone. */
export const faults = [flushAll(part), deleteKeys(part, 'test:*'), restartWithoutData(part)]
