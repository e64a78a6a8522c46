import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { choice, whole } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { CommandMatch } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Answers commands with MOVED or ASK to another `host:port`, as a cluster does in resharding. */
export function redirect<System extends LabSystem>(
  select: Selector<System, Linked>,
  to: { readonly kind: 'MOVED' | 'ASK'; readonly slot: number; readonly address: string },
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('redirect', select, which, {
    type: 'redis_error',
    stream: 'upstream',
    attributes: { error: to.kind, slot: to.slot, address: to.address },
    protocols: ['redis'],
  })
}

export const form = faultForm({
  ...common,
  name: 'redirect',
  says: 'Commands are sent to another node, as by a cluster.',
  settings: z.object({
    kind: choice('Kind', ['MOVED', 'ASK']),
    slot: whole('Slot', 0, 0, 16_383),
    address: z
      .string()
      .regex(/^[\w.-]+:\d+$/)
      .default('127.0.0.1:1')
      .meta({ title: 'To' }),
    ...matching,
  }),
  make: (select, { kind, slot, address, ...asked }) =>
    redirect(select, { kind, slot, address }, chosen(asked)),
})

export const examples: Examples<Linked> = part => [
  redirect(part, { kind: 'MOVED', slot: 1, address: '127.0.0.1:7001' }),
]
