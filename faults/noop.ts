import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'

/**
 * Does nothing, on purpose: the example to copy for a new fault, and the zero of every measurement.
 * It says that it landed, so a run with it must be `held`.
 */
export function noop(): Fault<LabSystem> {
  return {
    name: 'noop',
    label: 'noop()',
    needs: [],
    kind: 'momentary',
    plan: async () => ({
      undo: undefined,
      touches: [],
      apply: async () => ({ landed: () => 1 }),
    }),
  }
}

export const form = 'it does nothing'
