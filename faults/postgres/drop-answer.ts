import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { onlyStatements, type StatementMatch } from './statement-match.ts'

/** Swallows the statement: the client waits for an answer that never comes. */
export function dropAnswer<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('drop-answer', select, which, {
    type: 'message_drop',
    stream: 'upstream',
    attributes: {},
    protocols: ['postgres'],
    only: onlyStatements(which),
  })
}
