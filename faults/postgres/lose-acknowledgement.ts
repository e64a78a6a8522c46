import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { onlyStatements, type StatementMatch } from './statement-match.ts'

/** Cuts the connection when the answer comes: the statement was done, the client is not told.
 * For a COMMIT: `{ on: { statement: 'COMMIT' } }`. */
export function loseAcknowledgement<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('lose-acknowledgement', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'after' },
    protocols: ['postgres'],
    only: onlyStatements(which),
  })
}
