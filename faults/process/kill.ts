import type { Killable, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'

/**
 * Kills a process with SIGKILL: no goodbye, no flush. Lasting: healed by starting the same command
 * again on the same address, with the data that was on its disk.
 */
export function kill<System extends LabSystem>(select: Selector<System, Killable>): Fault<System> {
  const label = `kill(${select.label ?? 'process'})`
  return {
    name: 'kill',
    label,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const part = await select(system)
      return {
        undo: part.undoKill,
        touches: [part.name],
        apply: async () => {
          await part.kill()
          return { landed: () => 1 }
        },
      }
    },
  }
}
