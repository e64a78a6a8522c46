import { type Duration, toMs } from '../../base/duration.ts'
import type { Checker } from '../../model/checker.ts'
import type { Named } from '../shared/history.ts'
import { judgeVersions, type VersionOptions, versionLies } from './versions.ts'

export interface StalenessOptions extends VersionOptions {
  /** A write must be seen by every read that begins so long after it was confirmed. */
  readonly atMost: Duration
}

/**
 * No read is staler than promised: it never shows a value that a write had replaced, if that write
 * was confirmed longer than `atMost` before the read began. Values written under a key must differ.
 * Unknown when no read since the first fault had to see a write, or when one saw what no known
 * write left.
 */
export function staleness(workload: Named, options: StalenessOptions): Checker {
  const freshness = { atMostMs: toMs(options.atMost), owed: () => true }
  return {
    name: `reads of ${workload.name} are at most ${options.atMost} stale`,
    check: journal => judgeVersions(journal, workload, options, freshness),
    lies: versionLies(workload, options, freshness),
  }
}
