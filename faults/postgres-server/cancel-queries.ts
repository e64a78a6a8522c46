import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { common } from './form.ts'
import type { PostgresServer } from './postgres-server.ts'
import { labelOf, signalSessions, type WhichSessions } from './sessions.ts'

/**
 * pg_cancel_backend: statements that run in this moment fail with 57014, as by an administrator or a
 * conflict with recovery; sessions stay. Momentary, so short statements are seldom met: repeat it with
 * `every()`. The lab's own sessions are spared. Lands on the sessions that were told while they ran one.
 */
export function cancelQueries<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
  which: WhichSessions = {},
): Fault<System> {
  return {
    name: 'cancelQueries',
    label: `cancelQueries(${labelOf(select.label, which)})`,
    needs: [],
    kind: 'momentary',
    plan: async system => {
      const server = await select(system)
      return {
        undo: undefined,
        touches: [server.name],
        apply: async () => {
          const landed = await signalSessions(server, 'pg_cancel_backend(pid)', which, 'active')
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'cancelQueries',
  says: 'All statements that run are cancelled.',
  settings: none,
  make: select => cancelQueries(select),
})

export const examples: Examples<PostgresServer> = part => [
  cancelQueries(part, { application: 'user' }),
]
