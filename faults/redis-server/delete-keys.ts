import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { common } from './form.ts'
import { type RedisServer, withRedis } from './redis-server.ts'

const keysAtOnce = 500

/**
 * Deletes the keys of database 0 that match a glob (`session:*`), as eviction, an expiry set too short
 * or a careless clean-up does. Destructive. Lands on the keys that were deleted.
 */
export function deleteKeys<System extends LabSystem>(
  select: Selector<System, RedisServer>,
  pattern: string,
): Fault<System> {
  return {
    name: 'deleteKeys',
    label: `deleteKeys(${select.label ?? 'redis'}, ${pattern})`,
    needs: [],
    kind: 'destructive',
    plan: async system => {
      const server = await select(system)
      return {
        undo: undefined,
        touches: [server.name],
        apply: async () => {
          const landed = await withRedis(server, async admin => {
            let deleted = 0
            for await (const keys of admin.scanStream({ match: pattern, count: keysAtOnce })) {
              if (keys.length > 0) deleted += await admin.unlink(...keys)
            }
            return deleted
          })
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'deleteKeys',
  says: 'Keys are deleted. This cannot be undone.',
  settings: z.object({
    pattern: z.string().min(1).max(200).default('session:*').meta({ title: 'Keys' }),
  }),
  make: (select, { pattern }) => deleteKeys(select, pattern),
})

export const examples: Examples<RedisServer> = part => [deleteKeys(part, 'test:*')]
