import { type Duration, toMs } from '../../lab/duration.ts'
import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
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
