import { z } from 'zod'
import type { PartNeed } from '../../lab/model/fault-form.ts'
import { has } from '../forms/needs.ts'
import type { LoggingPostgres } from './postgres-server.ts'

const aPostgres: PartNeed<LoggingPostgres> = {
  says: 'a PostgreSQL server',
  is: (part): part is LoggingPostgres => has(part, 'postgres', 'url', 'logFile'),
}

/** What the forms of faults within a PostgreSQL server have in common. */
export const common = { family: 'postgres server', of: aPostgres }

export const table = z.string().regex(/^\w+$/).default('orders').meta({ title: 'Table' })
