import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Cuts the connection in the middle of a frame to the client. */
export function cutFrame<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('cut-frame', select, which, {
    type: 'message_cut',
    stream: 'downstream',
    attributes: { when: 'middle' },
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'cutFrame',
  says: 'The connection is cut in the middle of a frame.',
  settings: z.object(matching),
  make: (select, asked) => cutFrame(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [cutFrame(part)]
