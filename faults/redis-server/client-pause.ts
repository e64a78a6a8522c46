import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { stopWatching, watch } from '../watch.ts'
import { common } from './form.ts'
import { addressArgs, addressOf, openRedis, type RedisServer, unlessGone } from './redis-server.ts'

export const undoArgs = addressArgs.extend({ mark: z.string() })

/**
 * CLIENT PAUSE WRITE: writes, scripts and PUBLISH wait, reads are answered, as while a hosted Redis
 * moves to another machine. Lasting; Redis itself lets them go on after `atMost` (default 10 minutes).
 * Lands on the connections that were seen to wait.
 */
export function clientPause<System extends LabSystem>(
  select: Selector<System, RedisServer>,
  atMost: Duration = '10m',
): Fault<System> {
  const label = `clientPause(${select.label ?? 'redis'})`
  return {
    name: 'clientPause',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { clock, random }) => {
      const server = await select(system)
      const mark = `${label}-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: { module: import.meta.url, args: { ...addressOf(server), mark } },
        touches: [server.name],
        apply: async () => {
          const admin = openRedis(server)
          await admin.connect()
          // Who waits in BLPOP and the like waits for something else.
          const blocked = async () => waiting(`${await admin.client('LIST')}`)
          const before = new Set(await blocked())
          await admin.call('CLIENT', 'PAUSE', `${toMs(atMost)}`, 'WRITE')
          const landed = await watch(mark, clock, {
            hit: async () => (await blocked()).filter(id => !before.has(id)),
            [Symbol.asyncDispose]: async () => admin.disconnect(),
          })
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'clientPause',
  says: 'The server holds every command back.',
  settings: none,
  make: select => clientPause(select),
})

export const examples: Examples<RedisServer> = part => [clientPause(part)]

/** Lets writes go on; a server that is gone pauses nobody when it comes back. */
export async function undo(args: Json): Promise<void> {
  const { mark, ...at } = undoArgs.parse(args)
  await stopWatching(mark)
  await unlessGone(at, admin => admin.call('CLIENT', 'UNPAUSE'))
}

/** Ids of the clients whose command is held back. */
function waiting(clients: string): readonly string[] {
  return clients
    .split('\n')
    .filter(line => / flags=\w*b/.test(line))
    .map(line => /^id=(\d+)/.exec(line)?.[1] ?? line)
}
