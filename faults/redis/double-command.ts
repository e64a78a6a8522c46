import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Sends the command twice: twice done, answered once. */
export function doubleCommand<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('double-command', select, which, {
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: {},
    protocols: ['redis'],
  })
}

export const form = faultForm({
  ...common,
  name: 'doubleCommand',
  says: 'Commands are carried out twice.',
  settings: z.object(matching),
  make: (select, asked) => doubleCommand(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [doubleCommand(part)]
