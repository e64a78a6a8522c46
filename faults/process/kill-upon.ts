import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault } from '../message-fault.ts'
import { undo as takeOff, undoArgs as toxicArgs } from '../own-toxic-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'
import { undo as endRepeating, pauseFor, playHere, repeatUntilUndone } from './repeated.ts'

const lookEveryMs = 50

export const undoArgs = z.object({ id: z.string(), toxics: toxicArgs })

/**
 * Kills a process whenever it sends such a message, and starts it again: poison that takes whoever
 * handles it along. The message itself does not get through. Lasting: healed by letting messages
 * through again, with the process running. Lands on the messages it was killed for, by link.
 * @param links those on which the process sends
 */
export function killUpon<System extends LabSystem>(
  select: Selector<System, Killable>,
  links: Selector<System, Linked>,
  on: MatchRequest = {},
): Fault<System> {
  const held = messageFault(
    'kill-upon',
    links,
    { on },
    {
      type: 'message_drop',
      stream: 'upstream',
      attributes: {},
      protocols: ['postgres', 'redis'],
    },
  )
  return {
    ...held,
    label: `${held.label}, killing ${select.label ?? 'the process'}`,
    plan: async (system, context) => {
      const part = await select(system)
      const { undo, touches, apply } = await held.plan(system, context)
      const toxics = toxicArgs.parse(undo?.args)
      const id = toxics.map(({ toxic, proxy }) => `${toxic} ${proxy}`).join()
      return {
        undo: { module: import.meta.url, args: { id, toxics } },
        touches: [...touches, part.name],
        mayEnd: [part.name],
        apply: async () => {
          const injection = await apply()
          const count = async () => {
            const landed = await injection.landed()
            return typeof landed === 'number' ? landed : sum(Object.values(landed))
          }
          let killedFor = await count()
          const look = async (signal: AbortSignal) => {
            if ((await count()) > killedFor) {
              await part.kill()
              killedFor = await count()
              await playHere(part.undoKill)
            }
            await pauseFor(context.clock, lookEveryMs, signal)
          }
          repeatUntilUndone(id, look, () => playHere(part.undoKill))
          return injection
        },
      }
    },
  }
}

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

/** What is over, or gone, is done. */
export async function undo(args: Json): Promise<void> {
  const { id, toxics } = undoArgs.parse(args)
  await takeOff(toxics)
  await endRepeating({ id })
}
