/** Faults within a postgres server, as it makes them itself. */
export { cancelQueries } from '../../faults/postgres-server/cancel-queries.ts'
export { heldLock } from '../../faults/postgres-server/held-lock.ts'
export { readOnlyMode } from '../../faults/postgres-server/read-only-mode.ts'
export { slotsUsedUp } from '../../faults/postgres-server/slots-used-up.ts'
export { slowWrites } from '../../faults/postgres-server/slow-writes.ts'
export { terminateBackends } from '../../faults/postgres-server/terminate-backends.ts'
