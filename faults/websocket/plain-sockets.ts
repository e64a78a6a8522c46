import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { hits, hitsOf } from '../forms/fields.ts'
import type { RequestMatch } from '../http/request-match.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { common } from './form.ts'

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

export const form = faultForm({
  ...common,
  name: 'plainSockets',
  says: 'Upgrades are passed on as plain requests: a proxy that knows no web sockets.',
  settings: z.object(hits),
  make: (select, asked) => plainSockets(select, hitsOf(asked)),
})

export const examples: Examples<Linked> = part => [plainSockets(part)]
