import type { Clock } from '../base/clock.ts'
import type { ProcessId, ProcessRow } from './process-table.ts'
import { isAlive, listProcesses, withDescendants } from './process-table.ts'

const pollMs = 5

/**
 * SIGKILL to the processes and all that descend from them, parents first so that no parent sees its
 * child die and replaces it. Resolves to those still alive after `withinMs`: none, as a rule.
 */
export async function killTree(
  roots: readonly ProcessId[],
  clock: Clock,
  withinMs = 5_000,
): Promise<readonly ProcessId[]> {
  const deadline = clock.nowMs() + withinMs
  let doomed: readonly ProcessId[] = roots
  for (;;) {
    const rows = withDescendants(listProcesses(), doomed)
    // Children lose their parent when it dies, so whoever was seen once stays on the list.
    doomed = [...doomed.filter(isAlive), ...rows]
    for (const row of rows) send(row, 'SIGKILL')
    if (rows.length === 0 || clock.nowMs() > deadline) return rows
    await clock.sleep(pollMs)
  }
}

/**
 * Freezes the processes and all that descend from them, and sees that they stand still.
 * @throws {Error} when one still runs after `withinMs`.
 */
export async function pauseTree(root: ProcessId, clock: Clock, withinMs = 2_000): Promise<void> {
  const deadline = clock.nowMs() + withinMs
  for (;;) {
    const running = withDescendants(listProcesses(), [root]).filter(row => row.state !== 'T')
    if (running.length === 0) return
    for (const row of running) send(row, 'SIGSTOP')
    if (clock.nowMs() > deadline) {
      throw new Error(`Process ${running[0]?.pid} still runs ${withinMs} ms after SIGSTOP.`)
    }
    await clock.sleep(pollMs)
  }
}

/** Lets the processes go on; does nothing to those that run, or are gone. Children first. */
export function resumeTree(root: ProcessId): void {
  for (const row of withDescendants(listProcesses(), [root]).toReversed()) send(row, 'SIGCONT')
}

/** Sends a signal to exactly this process; one that has ended meanwhile is no error. */
export function send(id: ProcessId | ProcessRow, signal: NodeJS.Signals): void {
  if (!isAlive(id)) return
  try {
    process.kill(id.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
