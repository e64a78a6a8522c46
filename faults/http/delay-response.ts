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

export const form = faultForm({
  ...common,
  name: 'delayResponse',
  says: 'Responses come later.',
  settings: z.object({ delay: duration('Delay', '1s'), ...matching }),
  make: (select, { delay, ...asked }) => delayResponse(select, delay, chosen(asked)),
})

export const examples: Examples<Linked> = part => [delayResponse(part, '1m')]
