import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { onlyRequests, type ResponseMatch } from './request-match.ts'

/** Holds the response for `delay`. */
export function delayResponse<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  which: Which<ResponseMatch> = {},
): Fault<System> {
  return messageFault('delay-response', select, which, {
    type: 'message_delay',
    stream: 'downstream',
    attributes: { delay: toMs(delay) },
    protocols: ['http'],
    only: onlyRequests(which),
  })
}
