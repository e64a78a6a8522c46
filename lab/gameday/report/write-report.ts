import { join } from 'node:path'
import { writeOwnFile } from '../../base/own-file.ts'
import { readJournal } from '../../journal/read-journal.ts'
import { tellDay } from './day-story.ts'
import { markdownOf } from './markdown.ts'
import { pageOfDay } from './page.ts'

/** Writes `report.html` and `report.md` beside the journal, from the journal alone. */
export async function writeDayReport(
  folder: string,
): Promise<{ readonly html: string; readonly markdown: string; readonly file: string }> {
  const story = tellDay(await readJournal(join(folder, 'journal.jsonl')))
  const [html, markdown] = [pageOfDay(story), markdownOf(story)]
  const file = join(folder, 'report.html')
  await writeOwnFile(file, html)
  await writeOwnFile(join(folder, 'report.md'), markdown)
  return { html, markdown, file }
}
