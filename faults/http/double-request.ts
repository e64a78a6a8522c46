import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { onlyRequests, type RequestMatch } from './request-match.ts'

/** Sends the request twice: twice done, answered once. */
export function doubleRequest<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('double-request', select, which, {
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: {},
    protocols: ['http'],
    only: onlyRequests(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'doubleRequest',
  says: 'Requests are carried out twice.',
  settings: z.object(matching),
  make: (select, asked) => doubleRequest(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [doubleRequest(part)]
