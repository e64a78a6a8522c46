import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { onlyStatements, type StatementMatch } from './statement-match.ts'

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
    only: onlyStatements(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'doubleStatement',
  says: 'Statements are carried out twice.',
  settings: z.object(matching),
  make: (select, asked) => doubleStatement(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [
  doubleStatement(part, { on: { statement: 'INSERT' } }),
]
