import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Pausable, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { arrivals, sumOf } from './arrivals.ts'
import { common } from './form.ts'
import { pauseFor, playHere, repeatUntilUndone, undoOf } from './repeated.ts'

/**
 * Freezes a process for `freeze` out of every `every`: to its clients and to itself what a blocked
 * event loop or a collector of garbage looks like. Lasting. Lands on the bytes and connections that
 * arrive while it is frozen.
 */
export function stutter<System extends LabSystem>(
  select: Selector<System, Pausable & Linked>,
  { freeze, every }: { readonly freeze: Duration; readonly every: Duration },
): Fault<System> {
  const label = `stutter(${select.label ?? 'process'}, ${freeze} of ${every})`
  const [frozenMs, everyMs] = [toMs(freeze), toMs(every)]
  if (frozenMs >= everyMs) throw new RangeError(`${label} would never let it run: use pause().`)
  return {
    name: 'stutter',
    label,
    needs: ['pause'],
    kind: 'lasting',
    plan: async (system, { clock, random }) => {
      const part = await select(system)
      const id = `${label}-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: undoOf(id),
        touches: [part.name],
        apply: async () => {
          let hit: Readonly<Record<string, number>> = {}
          const stall = async (signal: AbortSignal) => {
            await part.pause()
            const arrived = await arrivals(part.links, part.name)
            await pauseFor(clock, frozenMs, signal)
            hit = sumOf(hit, await arrived())
            await part.resume()
            await pauseFor(clock, everyMs - frozenMs, signal)
          }
          repeatUntilUndone(id, stall, () => playHere(part.undoPause))
          return { landed: () => hit }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'stutter',
  says: 'Frozen for a part of the time, over and over: a blocked event loop.',
  settings: z.object({
    freeze: duration('Frozen for', '150ms'),
    every: duration('Every', '300ms'),
  }),
  make: (select, settings) => stutter(select, settings),
})

export const examples: Examples<Pausable & Linked> = part => [
  stutter(part, { freeze: '2s', every: '2100ms' }),
]
