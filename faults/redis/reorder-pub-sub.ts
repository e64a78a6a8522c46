import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { channels, chosenChannels, common } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'reorderPubSub',
  says: 'Messages overtake each other.',
  settings: z.object(channels),
  make: (select, asked) => reorderPubSub(select, chosenChannels(asked)),
})

export const examples: Examples<Linked> = part => [reorderPubSub(part)]
