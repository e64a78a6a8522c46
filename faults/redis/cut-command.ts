import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'

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
