import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { common } from './form.ts'
import { keysIn, type RedisServer, withRedis } from './redis-server.ts'

/**
 * FLUSHALL: every key of every database is gone, on the replicas too, as after a command that was meant
 * for another server. Destructive. Lands on the keys there were in that moment.
 */
export function flushAll<System extends LabSystem>(
  select: Selector<System, RedisServer>,
): Fault<System> {
  return {
    name: 'flushAll',
    label: `flushAll(${select.label ?? 'redis'})`,
    needs: [],
    kind: 'destructive',
    plan: async system => {
      const server = await select(system)
      return {
        undo: undefined,
        touches: [server.name],
        apply: async () => {
          const landed = await withRedis(server, async admin => {
            const answers = await admin.multi().info('keyspace').flushall().exec()
            const [error, keyspace] = answers?.[0] ?? [new Error('EXEC was not answered')]
            if (error) throw error
            return keysIn(`${keyspace}`)
          })
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'flushAll',
  says: 'Everything is deleted. This cannot be undone.',
  settings: none,
  make: select => flushAll(select),
})

export const examples: Examples<RedisServer> = part => [flushAll(part)]
