import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type CommandMatch, onlyReplies } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/**
 * Gives the last matching reply of the connection in the place of this one, as a client reads that left
 * a reply unread on a connection which is used again: an answer to somebody else's question.
 */
export function staleReply<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('stale-reply', select, which, {
    type: 'message_stale',
    stream: 'downstream',
    attributes: {},
    protocols: ['redis'],
    only: onlyReplies(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'staleReply',
  says: 'Replies are those that answered the last matching command.',
  settings: z.object({ ...matching }),
  make: (select, asked) => staleReply(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [staleReply(part)]
