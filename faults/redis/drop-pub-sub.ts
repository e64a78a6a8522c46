import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { channels, chosenChannels, common } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'dropPubSub',
  says: 'Messages to subscribers are lost.',
  settings: z.object(channels),
  make: (select, asked) => dropPubSub(select, chosenChannels(asked)),
})

export const examples: Examples<Linked> = part => [dropPubSub(part)]
