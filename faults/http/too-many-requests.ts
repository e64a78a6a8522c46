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

export const form = faultForm({
  ...common,
  name: 'tooManyRequests',
  says: 'Requests are answered with 429 and a Retry-After.',
  settings: z.object({ retryAfter: duration('Retry after', '2s'), ...matching }),
  make: (select, { retryAfter, ...asked }) => tooManyRequests(select, retryAfter, chosen(asked)),
})

export const examples: Examples<Linked> = part => [tooManyRequests(part, '3s')]
