import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Cuts the connection when the reply comes: the command was done, the client is not told. */
export function loseReply<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('lose-reply', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'after' },
    protocols: ['redis'],
  })
}

export const form = faultForm({
  ...common,
  name: 'loseReply',
  says: 'The command is carried out, and its reply is cut off.',
  settings: z.object(matching),
  make: (select, asked) => loseReply(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [loseReply(part)]
