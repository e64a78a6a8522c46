import { type Duration, toMs } from '../../lab/duration.ts'
import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { FrameMatch } from './frame-match.ts'

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
  })
}
