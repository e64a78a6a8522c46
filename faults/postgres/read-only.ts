import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { StatementMatch } from './statement-match.ts'

/**
 * Answers what a standby refuses with 25006, as one does that was taken for the primary: writes, DDL,
 * SELECT FOR UPDATE, nextval, COPY FROM, LISTEN, … SELECT, BEGIN, SHOW, SET and COMMIT pass, and so does
 * a call of a function that writes, which cannot be seen. `on` narrows it further.
 */
export function readOnly<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('read-only', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '25006' },
    protocols: ['postgres'],
    only: { writes: true },
  })
}

export const form = faultForm({
  ...common,
  name: 'readOnly',
  says: 'Writes are refused as by a standby (25006).',
  settings: z.object(matching),
  make: (select, asked) => readOnly(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [readOnly(part)]
