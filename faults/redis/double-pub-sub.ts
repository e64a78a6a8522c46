import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { channels, chosenChannels, common } from './form.ts'
import { type MessageMatch, pubSub } from './pub-sub.ts'

/** Delivers pub/sub messages twice. */
export function doublePubSub<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<MessageMatch> = {},
): Fault<System> {
  return messageFault('double-pub-sub', select, which, {
    type: 'message_duplicate',
    stream: 'downstream',
    attributes: {},
    protocols: ['redis'],
    only: { frame: pubSub },
  })
}

export const form = faultForm({
  ...common,
  name: 'doublePubSub',
  says: 'Messages reach subscribers twice.',
  settings: z.object(channels),
  make: (select, asked) => doublePubSub(select, chosenChannels(asked)),
})

export const examples: Examples<Linked> = part => [doublePubSub(part)]
