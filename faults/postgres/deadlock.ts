import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { StatementMatch } from './statement-match.ts'

/** Fails statements with 40P01, as if their transaction were the victim of a deadlock. */
export function deadlock<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('deadlock', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '40P01' },
    protocols: ['postgres'],
  })
}

export const form = faultForm({
  ...common,
  name: 'deadlock',
  says: 'Transactions fall victim to a deadlock (40P01).',
  settings: z.object(matching),
  make: (select, asked) => deadlock(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [deadlock(part)]
