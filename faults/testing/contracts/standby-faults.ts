import type { PostgresServer } from '../../postgres-server/postgres-server.ts'
import { standbyLag } from '../../postgres-server/standby-lag.ts'
import { thePart } from '../system-of.ts'

/** Every lasting fault of a standby. */
export const faults = [standbyLag(thePart<PostgresServer>(), '1m')]
