import type { Killable, Linked } from '../../lab/model/capability.ts'
import type { PartNeed } from '../../lab/model/fault-form.ts'
import { has } from '../forms/needs.ts'
import type { RedisServer } from './redis-server.ts'

const aRedis: PartNeed<RedisServer & Killable & Linked> = {
  says: 'a Redis server',
  is: (part): part is RedisServer & Killable & Linked => has(part, 'redis', 'host', 'port', 'kill'),
}

/** What the forms of faults within a Redis server have in common. */
export const common = { family: 'redis server', of: aRedis }
