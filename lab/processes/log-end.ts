import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { errorLine } from '../base/cause-of-end.ts'
import { withoutSecrets } from '../base/secrets.ts'

/** A stack is about as long; what it is of stands above it. */
const mostLines = 30
const mostBytes = 4_096
/** Where an error is looked for that a long dump of its fields has pushed away. */
const lookBytes = 65_536
const errorLines = 6
const nodeEnds = /^Node\.js v/

/**
 * The last thirty lines of a log, at most 4 KiB of them, and before them the error that Node ended of,
 * where it stands further up; without what looks like a secret. Empty where
 * there is no log. Synchronous: it is asked when a process has just ended.
 */
export function logEnd(file: string): string {
  const all = lastBytes(file).trimEnd().split('\n')
  const error = errorFurtherUp(all)
  const rest = all
    .slice(-mostLines)
    .join('\n')
    .slice(error.length - mostBytes)
  return withoutSecrets(error + rest, () => '[redacted]')
}

/** Only of a Node that has just said it ends: what an earlier one wrote is not the cause of this end. */
function errorFurtherUp(all: readonly string[]): string {
  if (!nodeEnds.test(all.at(-1) ?? '')) return ''
  const before = all.slice(0, -1).findLastIndex(line => nodeEnds.test(line))
  const at = all.findLastIndex(line => errorLine.test(line))
  if (at <= before || at >= all.length - mostLines) return ''
  return `${all
    .slice(at, at + errorLines)
    .join('\n')
    .slice(0, mostBytes / 2)}\n…\n`
}

function lastBytes(file: string): string {
  let fd: number | undefined
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const from = Math.max(0, fstatSync(fd).size - lookBytes)
    const bytes = Buffer.alloc(lookBytes)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, lookBytes, from))
  } catch {
    return ''
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
