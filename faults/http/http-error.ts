import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { RequestMatch } from './request-match.ts'

/** Answers requests with this status (400 to 599); the server never sees them. */
export function httpError<System extends LabSystem>(
  select: Selector<System, Linked>,
  status: number,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('http-error', select, which, {
    type: 'http_error',
    stream: 'upstream',
    attributes: { status },
    protocols: ['http'],
  })
}
