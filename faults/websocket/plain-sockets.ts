import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { RequestMatch } from '../http/request-match.ts'
import { messageFault, type Which } from '../message-fault.ts'

/** No compression for new web sockets, so that faults can see what the frames say. Put it in force first. */
export function plainSockets<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<RequestMatch> = {},
): Fault<System> {
  return messageFault('plain-sockets', select, which, {
    type: 'websocket_plain',
    stream: 'upstream',
    attributes: {},
    protocols: ['websocket'],
  })
}
