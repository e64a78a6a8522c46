import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { type RedisServer, withRedis } from './redis-server.ts'

/**
 * CLIENT KILL: the server ends its clients' connections by itself, as it does when `maxclients`,
 * `timeout` or an output buffer's limit is reached. Momentary: who connects again is served. Of the
 * `type` `normal` (default), `pubsub` (subscribers) or `replica`. Lands on the connections ended.
 */
export function clientKill<System extends LabSystem>(
  select: Selector<System, RedisServer>,
  type: 'normal' | 'pubsub' | 'replica' = 'normal',
): Fault<System> {
  return {
    name: 'clientKill',
    label: `clientKill(${select.label ?? 'redis'}, ${type})`,
    needs: [],
    kind: 'momentary',
    plan: async system => {
      const server = await select(system)
      return {
        undo: undefined,
        touches: [server.name],
        apply: async () => {
          const landed = await withRedis(server, admin =>
            admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'),
          )
          return { landed: () => Number(landed) }
        },
      }
    },
  }
}
