import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { onlyStatements, type StatementMatch } from './statement-match.ts'

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
    only: onlyStatements(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'cutStatement',
  says: 'The connection is cut before the statement arrives.',
  settings: z.object(matching),
  make: (select, asked) => cutStatement(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [cutStatement(part)]
