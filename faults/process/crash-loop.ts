import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { openOn, sumOf } from './arrivals.ts'
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
