import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { StatementMatch } from './statement-match.ts'

/** Cuts the connection before the statement is forwarded: it is not done. */
export function cutStatement<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('cut-statement', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'before' },
    protocols: ['postgres'],
  })
}
