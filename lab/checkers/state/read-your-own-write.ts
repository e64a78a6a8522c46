import type { Checker } from '../../model/checker.ts'
import type { Named, Performed } from '../shared/history.ts'
import { judgeVersions, type VersionOptions, versionLies } from './versions.ts'

export interface OwnWriteOptions extends VersionOptions {
  /** Whose operation it is; default its client. */
  readonly session?: (operation: Performed) => string | number
}

/**
 * Who has written sees it: a read never shows a value older than the last write that was confirmed
 * to the same session before the read began, however stale others may be. Values written under a
 * key must differ. Unknown when no read since the first fault had to see a write of its own
 * session, or when one saw what no known write left.
 */
export function readYourOwnWrite(workload: Named, options: OwnWriteOptions = {}): Checker {
  const { session = ({ client }) => client } = options
  const owed = (read: Performed, write: Performed) => session(read) === session(write)
  const freshness = { atMostMs: 0, owed }
  return {
    name: `everybody in ${workload.name} reads their own writes`,
    check: journal => judgeVersions(journal, workload, options, freshness),
    lies: versionLies(workload, options, freshness),
  }
}
