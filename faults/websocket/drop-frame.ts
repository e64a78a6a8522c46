import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
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
