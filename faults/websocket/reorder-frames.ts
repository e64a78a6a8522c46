import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
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
