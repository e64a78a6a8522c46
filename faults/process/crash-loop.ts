import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { openOn, sumOf } from './arrivals.ts'
import { common } from './form.ts'
import { pauseFor, playHere, repeatUntilUndone, undoOf } from './repeated.ts'

/**
 * Kills a process and starts it again, over and over, each time it has run for `up`: what a
 * supervisor makes of a program that crashes soon after its start. Lasting: healed by letting it run.
 * Lands on the connections of its links that each kill found open.
 */
export function crashLoop<System extends LabSystem>(
  select: Selector<System, Killable & Linked>,
  { up }: { readonly up: Duration },
): Fault<System> {
  const label = `crashLoop(${select.label ?? 'process'}, ${up})`
  return {
    name: 'crashLoop',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { clock, random }) => {
      const part = await select(system)
      const id = `${label}-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: undoOf(id),
        touches: [part.name],
        mayEnd: [part.name],
        apply: async () => {
          let hit: Readonly<Record<string, number>> = {}
          const crash = async (signal: AbortSignal) => {
            hit = sumOf(hit, await openOn(part.links))
            await part.kill()
            await playHere(part.undoKill)
            await pauseFor(clock, toMs(up), signal)
          }
          repeatUntilUndone(id, crash, () => playHere(part.undoKill))
          return { landed: () => hit }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'crashLoop',
  says: 'Killed again and again, soon after each start.',
  settings: z.object({ up: duration('Up for', '1s') }),
  make: (select, settings) => crashLoop(select, settings),
})

export const examples: Examples<Killable & Linked> = part => [crashLoop(part, { up: '1s' })]
