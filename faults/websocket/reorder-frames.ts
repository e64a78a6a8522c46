import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Lets the next frame go before each one struck, which waits for it at most 1 s. */
export function reorderFrames<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('reorder-frames', select, which, {
    type: 'message_reorder',
    stream: 'downstream',
    attributes: { within: 1000 },
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'reorderFrames',
  says: 'Frames overtake each other.',
  settings: z.object(matching),
  make: (select, asked) => reorderFrames(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [reorderFrames(part)]
