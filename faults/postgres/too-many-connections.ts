import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { hits, hitsOf } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'
import { common } from './form.ts'

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

export const form = faultForm({
  ...common,
  name: 'tooManyConnections',
  says: 'New sessions are refused: all slots are taken (53300).',
  settings: z.object(hits),
  make: (select, asked) => tooManyConnections(select, hitsOf(asked)),
})

export const examples: Examples<Linked> = part => [tooManyConnections(part)]
