import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'dropAnswer',
  says: 'Answers never come, and the connection stays open.',
  settings: z.object(matching),
  make: (select, asked) => dropAnswer(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [dropAnswer(part)]
