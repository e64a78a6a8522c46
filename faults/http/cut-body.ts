import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
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
