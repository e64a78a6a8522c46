import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type MessageMatch, pubSub } from './pub-sub.ts'

/** Swallows pub/sub messages on their way to a subscriber. */
export function dropPubSub<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<MessageMatch> = {},
): Fault<System> {
  return messageFault('drop-pub-sub', select, which, {
    type: 'message_drop',
    stream: 'downstream',
    attributes: {},
    protocols: ['redis'],
    only: { frame: pubSub },
  })
}
