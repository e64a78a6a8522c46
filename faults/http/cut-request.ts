import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { onlyRequests, type RequestMatch } from './request-match.ts'

/** Cuts the connection before the request is forwarded: it is not done. */
export function cutRequest<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('cut-request', select, which, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { when: 'before' },
    protocols: ['http'],
    only: onlyRequests(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'cutRequest',
  says: 'The connection is cut before the request arrives.',
  settings: z.object(matching),
  make: (select, asked) => cutRequest(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [cutRequest(part)]
