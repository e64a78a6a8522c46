import type { GuardedProcess } from '../model/guardian.ts'

/**
 * The servers whose guardian is a child of this very process, by `<run>/<name>`: so that an undo,
 * which is only data, finds the server it speaks of.
 */
export const guardedProcesses = new Map<string, GuardedProcess>()
