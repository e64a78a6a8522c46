import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'

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
