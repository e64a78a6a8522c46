import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { StatementMatch } from './statement-match.ts'

/** Fails statements with this SQLSTATE; fatal codes end or refuse the session. */
export function sqlError<System extends LabSystem>(
  select: Selector<System, Linked>,
  code: string,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('sql-error', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code },
    protocols: ['postgres'],
  })
}
