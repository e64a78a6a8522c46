import { readFileSync } from 'node:fs'

export interface UserIds {
  readonly uid: number
  readonly gid: number
}

/**
 * Whom servers that refuse root are run as: the system's own `nobody`. Undefined when the lab is
 * not root, and everything runs as the user it is.
 */
export function unprivilegedUser(): UserIds | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entry = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  if (!entry) throw new Error('/etc/passwd has no user "nobody" to run servers as.')
  // macOS writes -2 for what the kernel calls 4294967294.
  return { uid: Number(entry[1]) >>> 0, gid: Number(entry[2]) >>> 0 }
}
