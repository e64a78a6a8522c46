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
  figure,
  type RedisServer,
  refusedBy,
  setting,
  unlessGone,
  withRedis,
} from './redis-server.ts'

export const undoArgs = addressArgs.extend({
  ballast: z.string(),
  maxmemory: z.string(),
  policy: z.string(),
})

/** Above the limit, so that what a client that leaves sets free does not end it. */
const excessBytes = 2 * 1024 * 1024
const chunkBytes = 16 * 1024
/** It expires by itself where nobody undoes it. */
const ballastSeconds = 600

/** Checked once, when it begins: so what it writes goes beyond the limit. */
const fill = `
  for i = 1, tonumber(ARGV[1]) do
    redis.call('RPUSH', KEYS[1], string.rep('x', tonumber(ARGV[2])))
  end
  redis.call('EXPIRE', KEYS[1], ARGV[3])`

/**
 * The memory is full for real: `maxmemory` with `noeviction`, and ballast beyond it, so that writes
 * which need memory are refused with OOM while reads and deletions are served. Lasting: the ballast is
 * deleted and both settings are as before. Lands on the commands refused with OOM (Redis 6.2 or later).
 */
export function memoryFull<System extends LabSystem>(
  select: Selector<System, RedisServer>,
): Fault<System> {
  const label = `memoryFull(${select.label ?? 'redis'})`
  return {
    name: 'memoryFull',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { random }) => {
      const server = await select(system)
      const ballast = `lab:ballast:${random.fork(label).integer(0, 0xffffff).toString(16)}`
      const settings = await withRedis(server, async admin => ({
        maxmemory: await setting(admin, 'maxmemory'),
        policy: await setting(admin, 'maxmemory-policy'),
      }))
      const args = { ...addressOf(server), ballast, ...settings }
      return {
        undo: { module: import.meta.url, args },
        touches: [server.name],
        apply: async () => {
          const before = await withRedis(server, async admin => {
            const used = figure(await admin.info('memory'), 'used_memory')
            await admin.config('SET', 'maxmemory-policy', 'noeviction')
            await admin.config('SET', 'maxmemory', used + excessBytes)
            const chunks = (2 * excessBytes) / chunkBytes
            await admin.eval(fill, 1, ballast, chunks, chunkBytes, ballastSeconds)
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
  name: 'memoryFull',
  says: 'Writes are refused: the memory is used up.',
  settings: none,
  make: select => memoryFull(select),
})

export const examples: Examples<RedisServer> = part => [memoryFull(part)]

const refused = (admin: Redis) => refusedBy(admin, 'OOM')

/** A server that is gone comes back with its own settings; the ballast of its file expires. */
export async function undo(args: Json): Promise<void> {
  const { ballast, maxmemory, policy, ...at } = undoArgs.parse(args)
  await unlessGone(at, async admin => {
    await admin.unlink(ballast)
    await admin.config('SET', 'maxmemory', maxmemory)
    await admin.config('SET', 'maxmemory-policy', policy)
  })
}
