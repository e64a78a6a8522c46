import { marksOf } from '../processes/process-marks.ts'
import {
  isSame,
  listProcesses,
  type ProcessRow,
  withDescendants,
} from '../processes/process-table.ts'
import type { LedgerContent } from './ledger-file.ts'

export interface RunProcesses {
  /** Ours to end, parents before children. */
  readonly own: readonly ProcessRow[]
  /** Written down with pid and start, and yet without any sign of the run. */
  readonly strange: readonly (ProcessRow & { readonly name: string })[]
}

/**
 * The living processes of a run: those that carry its tag; those written down, and the rest of their
 * sessions, that work in its scratch folder (some servers write over their environment, and the tag)
 * or are this process's own children; and all that descend from these. A process that only stands in
 * the ledger, or only works in the scratch folder, is somebody else's.
 */
export function processesOf(
  ledgerFile: string,
  run: NonNullable<LedgerContent['run']>,
  spawned: LedgerContent['spawned'],
): RunProcesses {
  const rows = listProcesses().filter(row => row.pid !== process.pid)
  const marks = marksOf(ledgerFile, run.scratchFolder)
  const own = rows.filter(row => {
    const { tagged, worksThere } = marks(row.pid)
    const signed = worksThere || row.parent === process.pid
    return tagged || (signed && spawned.some(one => isSame(one, row) || one.pid === row.session))
  })
  const all = withDescendants(rows, own)
  const strange = spawned.flatMap(({ name, ...id }) =>
    rows.filter(row => isSame(id, row) && !all.includes(row)).map(row => ({ ...row, name })),
  )
  return { own: all, strange }
}
