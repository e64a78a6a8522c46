import { heldLock } from '../../postgres-server/held-lock.ts'
import type { LoggingPostgres } from '../../postgres-server/postgres-server.ts'
import { readOnlyMode } from '../../postgres-server/read-only-mode.ts'
import { slotsUsedUp } from '../../postgres-server/slots-used-up.ts'
import { slowWrites } from '../../postgres-server/slow-writes.ts'
import { thePart } from '../system-of.ts'

const part = thePart<LoggingPostgres>()

/** Every lasting fault of a PostgreSQL server. */
export const faults = [
  heldLock(part, 'stock'),
  readOnlyMode(part),
  slotsUsedUp(part),
  slowWrites(part, 'stock', '1s'),
]
