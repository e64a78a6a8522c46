/** What can be done to the process of a server that the lab started. */

export { crashLoop } from '../../faults/process/crash-loop.ts'
export { kill } from '../../faults/process/kill.ts'
export { pause } from '../../faults/process/pause.ts'
export { restart } from '../../faults/process/restart.ts'
export { stop } from '../../faults/process/stop.ts'
export { stutter } from '../../faults/process/stutter.ts'
