import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, identify, isAlive, type ProcessId } from '../../lab/processes/process-table.ts'
import type { Control, Incarnation } from './control.ts'
import { signalExactly } from './signal-exactly.ts'

const lookEveryMs = 100

/** A process of this machine, whose pid stands in a file. */
export function pidFileControl(
  pidFile: string,
  start: (() => Promise<void>) | undefined,
  undo: Control['undo'],
): Control {
  const look = () => processIn(pidFile)
  return {
    look,
    ended: async (of, signal) => {
      while (isAlive(identityOf(of))) await sleep(lookEveryMs, undefined, { signal })
      return null
    },
    kill: async of => signalExactly(identityOf(of), 'SIGKILL'),
    stop: async of => signalExactly(identityOf(of), 'SIGTERM'),
    pause: async of => signalExactly(identityOf(of), 'SIGSTOP'),
    resume: async of => signalExactly(identityOf(of), 'SIGCONT'),
    start,
    undo,
  }
}

/** Undefined for a file that is not there, and for a pid that nobody has any more. */
export async function processIn(pidFile: string): Promise<Incarnation | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  // Postgres writes more lines behind the first.
  const pid = Number(text.trim().split(/\s/)[0])
  if (!Number.isSafeInteger(pid) || pid < 2) return undefined
  const found = attempt(() => identify(pid))
  return found && isAlive(found) ? { id: `${pid}@${found.startedAt}`, pid } : undefined
}

export function identityOf({ id, pid }: Incarnation): ProcessId {
  return { pid, startedAt: id.slice(id.indexOf('@') + 1) }
}
