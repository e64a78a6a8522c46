import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
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

export const form = faultForm({
  ...common,
  name: 'slowBody',
  says: 'Bodies of responses trickle.',
  settings: z.object({
    bytesPerSecond: whole('Bytes a second', 100, 1, 1_000_000_000),
    ...matching,
  }),
  make: (select, { bytesPerSecond, ...asked }) => slowBody(select, bytesPerSecond, chosen(asked)),
})

export const examples: Examples<Linked> = part => [slowBody(part, 1)]
