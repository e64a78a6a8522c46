import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'httpError',
  says: 'Requests are answered with a status, and not passed on.',
  settings: z.object({ status: whole('Status', 503, 400, 599), ...matching }),
  make: (select, { status, ...asked }) => httpError(select, status, chosen(asked)),
})

export const examples: Examples<Linked> = part => [httpError(part, 503)]
