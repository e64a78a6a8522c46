import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { arrivals } from '../process/arrivals.ts'
import { common } from './form.ts'
import {
  addressArgs,
  addressOf,
  openRedis,
  type RedisServer,
  setting,
  unlessGone,
  withRedis,
} from './redis-server.ts'

export const undoArgs = addressArgs.extend({ timeLimit: z.string() })

/**
 * A Lua script that never ends: Redis has one thread, so nobody is answered, and after `busyAfter`
 * (`lua-time-limit`; default 500 ms, Redis' own is 5 s) everybody is refused with BUSY. Lasting: the
 * script is killed. At most 3 s, as an undo must not take long. Lands on the bytes and connections
 * that arrive on the part's links meanwhile.
 */
export function busyScript<System extends LabSystem>(
  select: Selector<System, RedisServer & Linked>,
  busyAfter: Duration = '500ms',
): Fault<System> {
  const label = `busyScript(${select.label ?? 'redis'}, ${busyAfter})`
  if (toMs(busyAfter) > 3_000) throw new RangeError(`${label}: expected 3s at most.`)
  return {
    name: 'busyScript',
    label,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const server = await select(system)
      const timeLimit = await withRedis(server, admin => setting(admin, 'lua-time-limit'))
      return {
        undo: { module: import.meta.url, args: { ...addressOf(server), timeLimit } },
        touches: [server.name],
        apply: async () => {
          const landed = await arrivals(server.links, server.name)
          await withRedis(server, async admin => {
            await admin.config('SET', 'lua-time-limit', toMs(busyAfter))
            void endless(server)
            while (!(await isBusy(admin.ping()))) {
              // It is answered as long as the script has not begun.
            }
          })
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'busyScript',
  says: 'A script runs for ever: BUSY.',
  settings: z.object({ busyAfter: duration('Busy after', '500ms') }),
  make: (select, { busyAfter }) => busyScript(select, busyAfter),
})

export const examples: Examples<RedisServer & Linked> = part => [busyScript(part)]

/** Until it is killed, or its server is. */
async function endless(server: RedisServer): Promise<void> {
  const client = openRedis(server)
  await client
    .connect()
    .then(() => client.eval('while true do end', 0))
    .catch(() => {})
  client.disconnect()
}

async function isBusy(command: Promise<unknown>): Promise<boolean> {
  try {
    await command
    return false
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('BUSY')) return true
    throw error
  }
}

/** Kills the script, if there is one; a server that is gone runs none when it comes back. */
export async function undo(args: Json): Promise<void> {
  const { timeLimit, ...at } = undoArgs.parse(args)
  await unlessGone(at, async admin => {
    await admin.call('SCRIPT', 'KILL').catch((error: Error) => {
      if (!error.message.startsWith('NOTBUSY')) throw error
    })
    while (await isBusy(admin.config('SET', 'lua-time-limit', timeLimit))) {
      // The script ends a moment after the answer.
    }
  })
}
