import { cancelQueries } from '../../postgres-server/cancel-queries.ts'
import type { PostgresServer } from '../../postgres-server/postgres-server.ts'
import { terminateBackends } from '../../postgres-server/terminate-backends.ts'
import { thePart } from '../system-of.ts'

const part = thePart<PostgresServer>()

/** Every fault of a PostgreSQL server that is over when it is made. */
export const faults = [
  terminateBackends(part, { application: 'user' }),
  cancelQueries(part, { application: 'user' }),
]
