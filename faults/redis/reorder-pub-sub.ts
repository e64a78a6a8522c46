import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type MessageMatch, pubSub } from './pub-sub.ts'

/** Lets the next message go before each one struck, which waits for it at most 1 s. */
export function reorderPubSub<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<MessageMatch> = {},
): Fault<System> {
  return messageFault('reorder-pub-sub', select, which, {
    type: 'message_reorder',
    stream: 'downstream',
    attributes: { within: 1000 },
    protocols: ['redis'],
    only: { frame: pubSub },
  })
}
