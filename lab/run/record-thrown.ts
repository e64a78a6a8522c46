import { bothErrors } from '../base/both-errors.ts'
import { LabError, messageOf } from '../base/errors.ts'
import { Interruption } from '../base/interruption.ts'
import type { Recorder } from '../journal/journal.ts'

/** What was thrown, as entries: an interruption is no error, and of two errors both are told. */
export function recordThrown(journal: Recorder, error: unknown): void {
  const both = bothErrors(error)
  if (both) {
    recordThrown(journal, both.before)
    recordThrown(journal, both.later)
    return
  }
  if (error instanceof Interruption) {
    journal.record({ kind: 'abort', reason: error.message, signal: error.signal })
    return
  }
  const known = error instanceof LabError ? error.verdict : undefined
  const stack = error instanceof Error ? error.stack : undefined
  journal.record({
    kind: 'error',
    message: messageOf(error),
    ...(stack === undefined ? {} : { stack }),
    ...(known === 'not-restored' || known === 'unable' ? { verdict: known } : {}),
  })
}
