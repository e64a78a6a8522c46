import { readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { writeOwnFile } from '../../base/own-file.ts'
import { readHistory } from '../../history/read-history.ts'
import { listExperiments } from '../../model/load-experiment.ts'

const overviews = [
  { file: 'kill-matrix.html', words: 'Kill matrix: which experiment misses which defence' },
  { file: 'storm-matrix.html', words: 'Storm matrix: every workload under every fault' },
]

/** Writes `runs/index.html` from what is kept there. A page that cannot be written spoils no run. */
export async function writeIndex(root: string): Promise<void> {
  try {
    const there: readonly string[] = await readdir(join(root, 'runs'))
    const { indexPage } = await import('../../history/index-page.ts')
    const families = new Map(
      (await listExperiments(root)).map(({ name, file }) => {
        return [name, relative(join(root, 'experiments'), dirname(file))] as const
      }),
    )
    const page = indexPage(await readHistory(root), {
      overviews: overviews.filter(({ file }) => there.includes(file)),
      families,
    })
    await writeOwnFile(join(root, 'runs', 'index.html'), page)
  } catch {
    // It is written again after the next run.
  }
}
