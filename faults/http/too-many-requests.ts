import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { RequestMatch } from './request-match.ts'

/** Answers requests with 429 and `Retry-After`. */
export function tooManyRequests<System extends LabSystem>(
  select: Selector<System, Linked>,
  retryAfter: Duration,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('too-many-requests', select, which, {
    type: 'http_error',
    stream: 'upstream',
    attributes: { status: 429, retry_after: Math.ceil(toMs(retryAfter) / 1000) },
    protocols: ['http'],
  })
}
