import type { Linked, Selector, Stoppable } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { connectionsHit } from './arrivals.ts'

/**
 * Asks a process to end, as a deployment or a scale-down does: it may finish what it has begun.
 * Lasting: healed by starting it again. Lands on the connections of its links that were open, and on
 * those that are tried while it is away.
 */
export function stop<System extends LabSystem>(
  select: Selector<System, Stoppable & Linked>,
): Fault<System> {
  return {
    name: 'stop',
    label: `stop(${select.label ?? 'process'})`,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const part = await select(system)
      return {
        undo: part.undoKill,
        touches: [part.name],
        mayEnd: [part.name],
        apply: async () => {
          const landed = await connectionsHit(part.links)
          await part.stop()
          return { landed }
        },
      }
    },
  }
}
