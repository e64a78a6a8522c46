import type { Linked, Pausable, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { arrivals } from './arrivals.ts'
import { common } from './form.ts'

/**
 * Freezes a process (SIGSTOP): its sockets stay open and accept bytes, but nobody answers. What a
 * long garbage collection, a stuck disk or a live migration looks like from outside. Lands
 * on the bytes and connections that arrive for it meanwhile, and on connections of its own.
 */
export function pause<System extends LabSystem>(
  select: Selector<System, Pausable & Linked>,
): Fault<System> {
  return {
    name: 'pause',
    label: `pause(${select.label ?? 'process'})`,
    needs: ['pause'],
    kind: 'lasting',
    plan: async system => {
      const part = await select(system)
      return {
        undo: part.undoPause,
        touches: [part.name],
        apply: async () => {
          await part.pause()
          return { landed: await arrivals(part.links, part.name) }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'pause',
  says: 'Frozen: its sockets are open, and nobody answers.',
  settings: none,
  make: select => pause(select),
})

export const examples: Examples<Pausable & Linked> = part => [pause(part)]
