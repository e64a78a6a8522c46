import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Closes the web socket at a frame to the client with this code; 1006 is a reset without a word. */
export function closeSocket<System extends LabSystem>(
  select: Selector<System, Linked>,
  code: number,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('close-socket', select, which, {
    type: 'websocket_close',
    stream: 'downstream',
    attributes: { code },
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}
