import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Cuts the connection before the command is forwarded: it is not done. */
export function cutCommand<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('cut-command', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'before' },
    protocols: ['redis'],
  })
}

export const form = faultForm({
  ...common,
  name: 'cutCommand',
  says: 'The connection is cut before the command arrives.',
  settings: z.object(matching),
  make: (select, asked) => cutCommand(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [cutCommand(part)]
