import type { GuardedProcess } from '../model/guardian.ts'
import type { ProcessId } from '../processes/process-table.ts'

/** What an undo needs of a server. */
export type Undoable = Pick<GuardedProcess, 'running'> & {
  /** Does not wait until it is ready: a run that is being ended will not. */
  startAgain(): Promise<void>
  /** Lets it go on without a word to the guardian, which may be frozen itself. */
  goOn(frozen: ProcessId): void
}

/**
 * The servers whose guardian is a child of this very process, by `<run>/<name>`: so that an undo,
 * which is only data, finds the server it speaks of.
 */
export const guardedProcesses = new Map<string, Undoable>()
