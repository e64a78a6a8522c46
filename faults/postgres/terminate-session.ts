import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { StatementMatch } from './statement-match.ts'

/** Ends the session at a statement with 57P01, as an administrator's restart does; undone. */
export function terminateSession<System extends LabSystem>(
  select: Selector<System, Linked>,
  which: Which<StatementMatch> = {},
): Fault<System> {
  return messageFault('terminate-session', select, which, {
    type: 'postgres_error',
    stream: 'upstream',
    attributes: { code: '57P01' },
    protocols: ['postgres'],
  })
}

export const form = faultForm({
  ...common,
  name: 'terminateSession',
  says: 'Sessions are terminated as by an administrator (57P01).',
  settings: z.object(matching),
  make: (select, asked) => terminateSession(select, chosen(asked)),
})

export const examples: Examples<Linked> = part => [terminateSession(part)]
