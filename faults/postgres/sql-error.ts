import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { StatementMatch } from './statement-match.ts'

/** Fails statements with this SQLSTATE; fatal codes end or refuse the session. */
export function sqlError<System extends LabSystem>(
  select: Selector<System, Linked>,
  code: string,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('sql-error', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code },
    protocols: ['postgres'],
  })
}

export const form = faultForm({
  ...common,
  name: 'sqlError',
  says: 'Statements are answered with an error of PostgreSQL.',
  settings: z.object({
    code: z
      .string()
      .regex(/^[0-9A-Z]{5}$/)
      .default('57P03')
      .meta({ title: 'SQLSTATE' }),
    ...matching,
  }),
  make: (select, { code, ...asked }) => sqlError(select, code, chosen(asked)),
})

export const examples: Examples<Linked> = part => [sqlError(part, '55P03')]
