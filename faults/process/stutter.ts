import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Pausable, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { arrivals, sumOf } from './arrivals.ts'
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
