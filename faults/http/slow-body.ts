import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { onlyRequests, type ResponseMatch } from './request-match.ts'

/** Lets responses through at so many bytes per second. */
export function slowBody<System extends LabSystem>(
  select: Selector<System, Linked>,
  bytesPerSecond: number,
  which: Which<ResponseMatch> = {},
): Fault<System> {
  return messageFault('slow-body', select, which, {
    type: 'http_slow_body',
    stream: 'downstream',
    attributes: { rate: bytesPerSecond },
    protocols: ['http'],
    only: onlyRequests(which),
  })
}
