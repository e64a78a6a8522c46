import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { onlyRequests, type RequestMatch } from './request-match.ts'

/** Cuts the connection when the response comes: the request was done, the client is not told. */
export function loseResponse<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('lose-response', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'after' },
    protocols: ['http'],
    only: onlyRequests(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'loseResponse',
  says: 'The request is carried out, and its response is cut off.',
  settings: z.object(matching),
  make: (select, asked) => loseResponse(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [loseResponse(part)]
