import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { choice } from '../forms/fields.ts'
import { common } from './form.ts'
import { type RedisServer, usersOf, withRedis } from './redis-server.ts'

/**
 * CLIENT KILL: the server ends its clients' connections by itself, as it does when `maxclients`,
 * `timeout` or an output buffer's limit is reached. Momentary: who connects again is served. Of the
 * `type` `normal` (default), `pubsub` (subscribers) or `replica`. Those of
 * the lab and of Sentinels are spared. Lands on the connections ended.
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
          const ended = await withRedis(server, async admin => {
            const kill = async (id: string) => Number(await admin.call('CLIENT', 'KILL', 'ID', id))
            return await Promise.all((await usersOf(admin, type)).map(kill))
          })
          const landed = ended.reduce((sum, one) => sum + one, 0)
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'clientKill',
  says: 'The server ends the connections of its clients.',
  settings: z.object({ type: choice('Of which clients', ['normal', 'pubsub', 'replica']) }),
  make: (select, { type }) => clientKill(select, type),
})

export const examples: Examples<RedisServer> = part => [clientKill(part)]
