import type { Linked, Selector, Stoppable } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { connectionsHit } from './arrivals.ts'
import { common } from './form.ts'

/**
 * Stops a process in order and starts it again at once, as a rolling deployment does with each.
 * Momentary: over when it answers again. Lands on the connections of its links that were open, and on
 * those that were tried until then.
 */
export function restart<System extends LabSystem>(
  select: Selector<System, Stoppable & Linked>,
): Fault<System> {
  return {
    name: 'restart',
    label: `restart(${select.label ?? 'process'})`,
    needs: [],
    kind: 'momentary',
    plan: async system => {
      const part = await select(system)
      return {
        // For a lab that dies, or is interrupted, in between.
        undo: part.undoKill,
        touches: [part.name],
        mayEnd: [part.name],
        apply: async () => {
          const hit = await connectionsHit(part.links)
          await part.stop()
          await part.restart()
          const landed = await hit()
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'restart',
  says: 'Stopped in order and started again at once.',
  settings: none,
  make: select => restart(select),
})

export const examples: Examples<Stoppable & Linked> = part => [restart(part)]
