import { readFile } from 'node:fs/promises'
import { LabError, messageOf } from '../../base/errors.ts'
import type { Entry, Journal } from '../../journal/journal.ts'
import { parseEntry } from '../../journal/read-journal.ts'
import type { CheckerOptions } from './checkers.ts'
import { type Dialect, journalFrom, workload } from './journal-from.ts'
import { HistoryError } from './operation-events.ts'
import { parseHistory } from './parse-history.ts'

export interface History {
  readonly journal: Journal
  /** Which of the journal's workloads is judged. */
  readonly workload: string
  /** The line of the file, from 1, by the index of the entry. */
  readonly lines: readonly number[]
  /** The text of a line. */
  text(line: number): string
}

/**
 * Reads a history: our journal, or lines of it, or what others write.
 * @param dialect How a checker wants what others write; it may depend on the format of the file.
 * @throws {LabError} `bad-history`, usage, naming file and line.
 */
export async function loadHistory(
  file: string,
  dialect: (failedCas: CheckerOptions['failedCas']) => Dialect,
  chosen: string | undefined,
): Promise<History> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw badHistory(file, messageOf(cause))
  })
  const rows = text.split('\n')
  const line = (line: number) => rows[line - 1] ?? ''
  try {
    if (isJournal(rows)) return { ...ownHistory(rows, chosen), text: line }
    const { format, events } = parseHistory(text)
    if (events.length === 0) throw new HistoryError('no operation', 1)
    // Jepsen's log says of a compare-and-set that found another value: fail.
    const translated = journalFrom(events, dialect(format === 'log' ? 'compared' : 'nothing'))
    return { ...translated, workload, text: line }
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    throw badHistory(`${file}:${error.line}`, error.message)
  }
}

function isJournal(rows: readonly string[]): boolean {
  const first = rows.find(row => row.trim() !== '') ?? ''
  return /^\s*\{/.test(first) && /"kind"\s*:/.test(first)
}

/** Lines are counted anew, so that a part of a journal can be judged, too. */
function ownHistory(rows: readonly string[], chosen: string | undefined) {
  const journal: Entry[] = []
  const lines: number[] = []
  for (const [i, row] of rows.entries()) {
    if (row.trim() === '') continue
    const parsed = parseEntry(row)
    if ('problem' in parsed) throw new HistoryError(parsed.problem, i + 1)
    journal.push({ ...parsed.entry, index: journal.length })
    lines.push(i + 1)
  }
  const names = new Set(journal.flatMap(each => (each.kind === 'invoke' ? each.workload : [])))
  const [only = ''] = names
  const name = chosen ?? only
  if (names.has(name) && (chosen !== undefined || names.size === 1)) {
    return { journal, lines, workload: name }
  }
  const known = [...names].join(', ') || 'none'
  throw new HistoryError(`workloads ${known}, where --workload must name one`, 1)
}

function badHistory(where: string, found: string): LabError {
  return new LabError(
    {
      code: 'bad-history',
      expected: `a history at ${where}`,
      found,
      why: 'A line that is not understood may be the very one that shows a fault.',
      next: 'Give a journal.jsonl, EDN maps with :process :type :f :value, or the lines that Jepsen logs.',
    },
    'usage',
  )
}
