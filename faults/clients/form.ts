import { z } from 'zod'
import type { PartNeed } from '../../lab/model/fault-form.ts'
import type { Reachable } from '../client-fault.ts'
import { whole } from '../forms/fields.ts'
import { has } from '../forms/needs.ts'

const anEntrance: PartNeed<Reachable> = {
  says: 'where clients come in',
  is: (part): part is Reachable => has(part, 'entrance', 'url'),
}

/** What the forms of clients that behave badly have in common. */
export const common = { family: 'clients', of: anEntrance }

export const clients = whole('How many clients', 50, 1, 5_000)

export const path = z
  .string()
  .regex(/^\/\S*$/)
  .max(500)
  .default('/health/ready')
  .meta({ title: 'Path' })
