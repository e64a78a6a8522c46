import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault } from '../message-fault.ts'
import { undo as takeOff, undoArgs as toxicArgs } from '../own-toxic-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'
import { undo as endRepeating, pauseFor, playHere, repeatUntilUndone } from './repeated.ts'

const lookEveryMs = 50

export const undoArgs = z.object({ id: z.string(), toxics: toxicArgs })

/**
 * Kills a process whenever it sends such a message, and starts it again: poison that takes whoever
 * handles it along. The message itself does not get through. Lasting: healed by letting messages
 * through again, with the processes running. Lands on the messages they were killed for, by link.
 * @param select one of these dies: the consumer of the link, or else the first
 * @param links those on which the processes send
 */
export function killUpon<System extends LabSystem>(
  select: Selector<System, readonly Killable[]>,
  links: Selector<System, Linked>,
  on: MatchRequest = {},
): Fault<System> {
  const held = messageFault(
    'kill-upon',
    links,
    { on },
    { type: 'message_drop', stream: 'upstream', attributes: {}, protocols: ['postgres', 'redis'] },
  )
  return {
    ...held,
    label: `${held.label}, killing ${select.label ?? 'the process'}`,
    plan: async (system, context) => {
      const parts = await select(system)
      const consumers = new Map((await links(system)).links.map(link => [link.name, link.consumer]))
      const { undo, touches, apply } = await held.plan(system, context)
      const toxics = toxicArgs.parse(undo?.args)
      const id = toxics.map(({ toxic, proxy }) => `${toxic} ${proxy}`).join()
      const names = parts.map(({ name }) => name)
      return {
        undo: { module: import.meta.url, args: { id, toxics } },
        touches: [...touches, ...names],
        mayEnd: names,
        apply: async () => {
          const injection = await apply()
          const hits = async () => Object.entries(Object(await injection.landed()))
          let before = new Map<string, unknown>()
          const killed = async (link: string) => {
            const part = parts.find(({ name }) => name === consumers.get(link)) ?? parts[0]
            await part?.kill()
            if (part) await playHere(part.undoKill)
          }
          const look = async (signal: AbortSignal) => {
            const now = await hits()
            const struck = now.filter(([link, count]) => count !== (before.get(link) ?? 0))
            before = new Map(now)
            await Promise.all(struck.map(([link]) => killed(link)))
            await pauseFor(context.clock, lookEveryMs, signal)
          }
          const start = () => Promise.all(parts.map(({ undoKill }) => playHere(undoKill)))
          repeatUntilUndone(id, look, async () => void (await start()))
          return injection
        },
      }
    },
  }
}

export const form = 'it needs two parts, a process and the links that trigger it'

export const examples: Examples<Killable & Linked> = part => [
  killUpon(async system => [await part(system)], part),
]

/** What is over, or gone, is done. */
export async function undo(args: Json): Promise<void> {
  const { id, toxics } = undoArgs.parse(args)
  await takeOff(toxics)
  await endRepeating({ id })
}
