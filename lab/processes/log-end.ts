import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { withoutSecrets } from '../base/secrets.ts'

/** A stack is about as long; what it is of stands above it. */
const mostLines = 30
const mostBytes = 4_096

/**
 * The last thirty lines of a log, at most 4 KiB of them, without what looks like a secret. Empty where
 * there is no log. Synchronous: it is asked when a process has just ended.
 */
export function logEnd(file: string): string {
  const lines = lastBytes(file).trimEnd().split('\n').slice(-mostLines).join('\n')
  return withoutSecrets(lines, () => '[redacted]')
}

function lastBytes(file: string): string {
  let fd: number | undefined
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const from = Math.max(0, fstatSync(fd).size - mostBytes)
    const bytes = Buffer.alloc(mostBytes)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, mostBytes, from))
  } catch {
    return ''
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
