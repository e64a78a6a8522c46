import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'delayFrame',
  says: 'Frames to clients come later, and others overtake them.',
  settings: z.object({ delay: duration('Delay', '500ms'), ...matching }),
  make: (select, { delay, ...asked }) => delayFrame(select, delay, chosen(asked)),
})

export const examples: Examples<Linked> = part => [delayFrame(part, '1m')]
