import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { StatementMatch } from './statement-match.ts'

/** Ends the session at a statement with 57P01, as an administrator's restart does; undone. */
export function terminateSession<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('terminate-session', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '57P01' },
    protocols: ['postgres'],
  })
}
