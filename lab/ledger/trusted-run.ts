import { lstat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { LabError } from '../base/errors.ts'
import type { LedgerLine } from './ledger-file.ts'
import { isScratchFolderOf } from './reachable-folder.ts'

/** The `.lab` that a ledger lies in. */
export function labFolderOf(ledgerFile: string): string {
  return dirname(dirname(ledgerFile))
}

/**
 * What a ledger says of its run is believed only as far as it can be computed without it: the run is
 * called like the file, and its scratch folder, which is to be removed, lies where this run's must.
 * @throws {LabError} `ledger-untrusted`
 */
export async function demandTrustedRun(
  ledgerFile: string,
  run: Extract<LedgerLine, { kind: 'run' }>,
): Promise<void> {
  if (`${run.runId}.jsonl` !== basename(ledgerFile)) {
    throw untrusted(ledgerFile, `a run called ${basename(ledgerFile, '.jsonl')}`, run.runId)
  }
  const labFolder = labFolderOf(ledgerFile)
  const isIts = await isScratchFolderOf(labFolder, run.runId, run.scratchFolder).catch(() => false)
  if (!isIts) {
    const expected = `the scratch folder ${labFolder}/scratch/${run.runId}`
    throw untrusted(ledgerFile, expected, run.scratchFolder)
  }
  // Removing what is behind a link would remove what belongs to others.
  const parent = await lstat(dirname(run.scratchFolder)).catch(() => undefined)
  if (parent && !parent.isDirectory()) {
    throw untrusted(ledgerFile, `${dirname(run.scratchFolder)} to be a folder`, 'a link or a file')
  }
}

function untrusted(file: string, expected: string, found: string): LabError {
  return new LabError({
    code: 'ledger-untrusted',
    expected: `${file} to name ${expected}`,
    found,
    why: 'the lab would end and remove what this file names, so nothing was touched',
    next: 'if no run of yours wrote it (it was copied or moved, say), remove it',
  })
}
