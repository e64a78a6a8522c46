import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Delivers frames to the client twice. */
export function doubleFrame<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('double-frame', select, which, {
    type: 'message_duplicate',
    stream: 'downstream',
    attributes: {},
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'doubleFrame',
  says: 'Frames reach clients twice.',
  settings: z.object(matching),
  make: (select, asked) => doubleFrame(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [doubleFrame(part)]
