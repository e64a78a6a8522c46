import { join } from 'node:path'
import { writeOwnFile } from '../../base/own-file.ts'
import type { Journal } from '../../journal/journal.ts'
import { readJournal } from '../../journal/read-journal.ts'
import { readConclusion } from '../read-conclusion.ts'
import { renderPage } from './page.ts'

/**
 * Writes the page of a run into its folder, from its `journal.jsonl` and a conclusion alone, and
 * resolves to its path. One file that asks for no other. Default: `report.html` of `verdict.json`. A
 * journal that was read already is given as `known`.
 * @throws {LabError} `journal-broken` or `verdict-broken`
 */
export async function writeReport(
  runFolder: string,
  { verdict = 'verdict.json', page = 'report.html' } = {},
  known?: Journal,
): Promise<string> {
  const journal = known ?? (await readJournal(join(runFolder, 'journal.jsonl')))
  const conclusion = await readConclusion(runFolder, verdict)
  const file = join(runFolder, page)
  await writeOwnFile(file, renderPage(journal, conclusion))
  return file
}
