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
 * pg_terminate_backend: sessions end with 57P01, their transactions are rolled back, as by an
 * administrator, a pooler's restart or a managed server's maintenance. Momentary: who connects again is
 * served. The lab's own sessions (`application_name` `lab`) are spared. Lands on the sessions ended.
 */
export function terminateBackends<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
  which: WhichSessions = {},
): Fault<System> {
  return {
    name: 'terminateBackends',
    label: `terminateBackends(${labelOf(select.label, which)})`,
    needs: [],
    kind: 'momentary',
    plan: async system => {
      const server = await select(system)
      return {
        undo: undefined,
        touches: [server.name],
        apply: async () => {
          const landed = await signalSessions(
            server,
            'pg_terminate_backend(pid, 3000)',
            which,
            null,
          )
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'terminateBackends',
  says: 'All sessions are ended.',
  settings: none,
  make: select => terminateBackends(select),
})

export const examples: Examples<PostgresServer> = part => [
  terminateBackends(part, { application: 'user' }),
]
