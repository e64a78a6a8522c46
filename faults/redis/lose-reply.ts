import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'

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
