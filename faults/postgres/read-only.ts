import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { StatementMatch } from './statement-match.ts'

/** Fails statements with 25006, as a standby does that was taken for the primary. */
export function readOnly<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('read-only', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '25006' },
    protocols: ['postgres'],
  })
}
