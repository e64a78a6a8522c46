import { isAlive, type ProcessId } from '../../lab/processes/process-table.ts'

/** Signals a process, and no other that has its pid since; one that is gone is done. */
export function signalExactly(process_: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(process_)) return
  try {
    process.kill(process_.pid, signal)
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!isGone) throw error
  }
}
