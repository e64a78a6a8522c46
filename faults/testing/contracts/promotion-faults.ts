import type { PostgresServer } from '../../postgres-server/postgres-server.ts'
import { promote } from '../../postgres-server/promote.ts'
import { thePart } from '../system-of.ts'

/** Every fault after which a standby is none. */
export const faults = [promote(thePart<PostgresServer>())]
