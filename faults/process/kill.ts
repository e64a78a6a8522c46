import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { connectionsHit } from './arrivals.ts'
import { common } from './form.ts'

/**
 * Kills a process with SIGKILL: no goodbye, no flush. Lasting: healed by starting the same command
 * again on the same address, with the data that was on its disk. Lands on
 * the connections of its links that were open, and on those that are tried while it is away.
 */
export function kill<System extends LabSystem>(
  select: Selector<System, Killable & Linked>,
): Fault<System> {
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
          const landed = await connectionsHit(part.links)
          await part.kill()
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'kill',
  says: 'SIGKILL: no goodbye, no flush. Healed by starting it again.',
  settings: none,
  make: select => kill(select),
})

export const examples: Examples<Killable & Linked> = part => [kill(part)]
