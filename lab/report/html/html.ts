import { join } from 'node:path'
import { writeOwnFile } from '../../base/own-file.ts'
import type { Journal } from '../../journal/journal.ts'
import { readJournal } from '../../journal/read-journal.ts'
import { readConclusion } from '../read-conclusion.ts'
import { logExcerpts } from '../story/log-excerpts.ts'
import { renderPage } from './page.ts'

/**
 * Writes the page of a run into its folder, from its `journal.jsonl` and a conclusion, and
 * resolves to its path; of the logs beside them it shows what was written around the witnesses. One file that asks for no other. Default: `report.html` of `verdict.json`. A
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
  const moments = Object.values(conclusion.checks).flatMap(({ witness }) => witness?.atMs ?? [])
  const logs = await logExcerpts(runFolder, conclusion.startedAt, moments)
  await writeOwnFile(file, renderPage(journal, conclusion, logs))
  return file
}
