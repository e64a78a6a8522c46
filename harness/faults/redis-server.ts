/** Faults within a redis server, as it makes them itself. */
export { busyScript } from '../../faults/redis-server/busy-script.ts'
export { clientKill } from '../../faults/redis-server/client-kill.ts'
export { clientPause } from '../../faults/redis-server/client-pause.ts'
export { deleteKeys } from '../../faults/redis-server/delete-keys.ts'
export { demoted } from '../../faults/redis-server/demoted.ts'
export { flushAll } from '../../faults/redis-server/flush-all.ts'
export { memoryFull } from '../../faults/redis-server/memory-full.ts'
export { restartWithoutData } from '../../faults/redis-server/restart-without-data.ts'
