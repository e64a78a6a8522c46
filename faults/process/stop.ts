import type { Linked, Selector, Stoppable } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { connectionsHit } from './arrivals.ts'
import { common } from './form.ts'

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

export const form = faultForm({
  ...common,
  name: 'stop',
  says: 'Asked to end, as by a deployment. Healed by starting it again.',
  settings: none,
  make: select => stop(select),
})

export const examples: Examples<Stoppable & Linked> = part => [stop(part)]
