import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { common } from './form.ts'
import {
  addressArgs,
  addressOf,
  type RedisServer,
  refusedBy,
  setting,
  unlessGone,
  withRedis,
} from './redis-server.ts'

export const undoArgs = addressArgs.extend({ stale: z.string() })

/** A master that is never there, so nothing is copied from it: port 1 of this machine. */
const nobody = ['127.0.0.1', '1'] as const

/**
 * The primary is demoted and its clients are not told: REPLICAOF makes it a replica of nobody, which
 * serves reads and refuses writes with READONLY, as a former primary does after a failover. Lasting:
 * it is a primary again, with its data. Lands on the commands refused with READONLY (Redis 6.2 or
 * later).
 */
export function demoted<System extends LabSystem>(
  select: Selector<System, RedisServer>,
): Fault<System> {
  return {
    name: 'demoted',
    label: `demoted(${select.label ?? 'redis'})`,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const server = await select(system)
      const stale = await withRedis(server, admin => setting(admin, 'replica-serve-stale-data'))
      return {
        undo: { module: import.meta.url, args: { ...addressOf(server), stale } },
        touches: [server.name],
        apply: async () => {
          const before = await withRedis(server, async admin => {
            await admin.config('SET', 'replica-serve-stale-data', 'yes')
            await admin.replicaof(...nobody)
            return refused(admin)
          })
          return { landed: async () => (await withRedis(server, refused)) - before }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'demoted',
  says: 'It becomes a replica of nobody: reads go on, writes are refused.',
  settings: none,
  make: select => demoted(select),
})

export const examples: Examples<RedisServer> = part => [demoted(part)]

const refused = (admin: Redis) => refusedBy(admin, 'READONLY')

/** A server that is gone comes back as the primary it was started as. */
export async function undo(args: Json): Promise<void> {
  const { stale, ...at } = undoArgs.parse(args)
  await unlessGone(at, async admin => {
    await admin.replicaof('NO', 'ONE')
    await admin.config('SET', 'replica-serve-stale-data', stale)
  })
}
