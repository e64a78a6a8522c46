import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { StatementMatch } from './statement-match.ts'

/** Fails statements with 40001: the transaction is aborted, at COMMIT rolled back. Try it again. */
export function serializationFailure<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('serialization-failure', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '40001' },
    protocols: ['postgres'],
  })
}

export const form = faultForm({
  ...common,
  name: 'serializationFailure',
  says: 'Transactions fail with 40001 and must be tried again.',
  settings: z.object(matching),
  make: (select, asked) => serializationFailure(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [serializationFailure(part)]
