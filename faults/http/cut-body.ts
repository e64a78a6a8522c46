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

/** Ends the connection after so many bytes of the response's body. */
export function cutBody<System extends LabSystem>(
  select: Selector<System, Linked>,
  bytes: number,
  which: Which<ResponseMatch> = {},
): Fault<System> {
  return messageFault('cut-body', select, which, {
    type: 'http_cut_body',
    stream: 'downstream',
    attributes: { bytes },
    protocols: ['http'],
    only: onlyRequests(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'cutBody',
  says: 'Bodies of responses end too early.',
  settings: z.object({
    bytes: whole('After so many bytes', 20, 0, 1_000_000_000),
    ...matching,
  }),
  make: (select, { bytes, ...asked }) => cutBody(select, bytes, chosen(asked)),
})

export const examples: Examples<Linked> = part => [cutBody(part, 3)]
