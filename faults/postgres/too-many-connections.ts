import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'

/** Refuses new sessions with 53300; open ones go on. */
export function tooManyConnections<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Omit<Which<MatchRequest>, 'on'> = {},
): Fault<System> {
  return messageFault('too-many-connections', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '53300' },
    protocols: ['postgres'],
  })
}
