import { type Duration, toMs } from '../../lab/duration.ts'
import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { RequestMatch } from './request-match.ts'

/** Holds the response for `delay`. */
export function delayResponse<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('delay-response', select, which, {
    type: 'message_delay',
    stream: 'downstream',
    attributes: { delay: toMs(delay) },
    protocols: ['http'],
  })
}
