import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Swallows frames to the client; a fragmented message goes whole. */
export function dropFrame<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('drop-frame', select, which, {
    type: 'message_drop',
    stream: 'downstream',
    attributes: {},
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'dropFrame',
  says: 'Frames to clients are lost.',
  settings: z.object(matching),
  make: (select, asked) => dropFrame(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [dropFrame(part)]
