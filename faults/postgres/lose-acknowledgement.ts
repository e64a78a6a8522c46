import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'loseAcknowledgement',
  says: 'The statement is carried out, and its answer is cut off: a COMMIT in doubt.',
  settings: z.object(matching),
  make: (select, asked) => loseAcknowledgement(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [loseAcknowledgement(part)]
