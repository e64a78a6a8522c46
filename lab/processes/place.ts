import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * From where a process can be seen: the machine and, on Linux, the PID namespace. A process that was
 * started in another place cannot be judged from here by its pid, dead or alive.
 */
export function placeOf(): string {
  return [machine(), attempt(() => readlinkSync('/proc/self/ns/pid'))].filter(Boolean).join(' ')
}

/** Not the host's name alone: that of a laptop changes with its network. */
function machine(): string {
  if (process.platform === 'darwin') return 'this Mac'
  return attempt(() => readFileSync('/etc/machine-id', 'utf8').trim()) || hostname()
}

function attempt(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
