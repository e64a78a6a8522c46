import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { StatementMatch } from './statement-match.ts'

/** Sends a statement twice, simple or prepared; the client gets one answer. COPY passes once. */
export function doubleStatement<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('double-statement', select, which, {
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: {},
    protocols: ['postgres'],
  })
}
