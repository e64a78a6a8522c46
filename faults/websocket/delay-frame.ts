import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Holds frames to the client for `delay`; others overtake them. */
export function delayFrame<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('delay-frame', select, which, {
    type: 'message_delay',
    stream: 'downstream',
    attributes: { delay: toMs(delay), overtake: true },
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}
