import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJournal } from '../../journal/read-journal.ts'
import { readConclusion } from '../read-conclusion.ts'
import { renderPage } from './page.ts'

/**
 * Writes `report.html` into the folder of a run, from its `journal.jsonl` and `verdict.json` alone,
 * and resolves to its path. One file that asks for no other.
 * @throws {LabError} `journal-broken` or `verdict-broken`
 */
export async function writeReport(runFolder: string): Promise<string> {
  const [journal, conclusion] = await Promise.all([
    readJournal(join(runFolder, 'journal.jsonl')),
    readConclusion(runFolder),
  ])
  const file = join(runFolder, 'report.html')
  await writeFile(file, renderPage(journal, conclusion))
  return file
}
