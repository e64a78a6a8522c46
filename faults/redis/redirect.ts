import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'

/** Answers commands with MOVED or ASK to another `host:port`, as a cluster does in resharding. */
export function redirect<System extends LabSystem>(
  select: Selector<System, Linked>,
  to: { readonly kind: 'MOVED' | 'ASK'; readonly slot: number; readonly address: string },
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('redirect', select, which, {
    type: 'redis_error',
    stream: 'upstream',
    attributes: { error: to.kind, slot: to.slot, address: to.address },
    protocols: ['redis'],
  })
}
