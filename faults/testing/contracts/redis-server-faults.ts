import type { Linked } from '../../../lab/model/capability.ts'
import { busyScript } from '../../redis-server/busy-script.ts'
import { clientPause } from '../../redis-server/client-pause.ts'
import { demoted } from '../../redis-server/demoted.ts'
import { memoryFull } from '../../redis-server/memory-full.ts'
import type { RedisServer } from '../../redis-server/redis-server.ts'
import { thePart } from '../system-of.ts'

const part = thePart<RedisServer & Linked>()

/** Every lasting fault of a Redis server. */
export const faults = [clientPause(part), busyScript(part), memoryFull(part), demoted(part)]
