import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type CommandMatch, onlyReplies } from './command-match.ts'

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
