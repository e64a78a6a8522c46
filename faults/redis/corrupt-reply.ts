import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type CommandMatch, onlyReplies } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Flips a bit of the reply's byte at `offset`, behind its length: the content is wrong. */
export function corruptReply<System extends LabSystem>(
  select: Selector<System, Linked>,
  offset: number,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('corrupt-reply', select, which, {
    type: 'message_corrupt',
    stream: 'downstream',
    attributes: { offset },
    protocols: ['redis'],
    only: onlyReplies(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'corruptReply',
  says: 'One byte of the replies is changed.',
  settings: z.object({ offset: whole('Which byte', 0, 0, 1_000_000), ...matching }),
  make: (select, { offset, ...asked }) => corruptReply(select, offset, chosen(asked)),
})

export const examples: Examples<Linked> = part => [corruptReply(part, 1)]
