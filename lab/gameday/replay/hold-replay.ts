import { join, relative } from 'node:path'
import { writeDayReport } from '../report/write-report.ts'
import { buildPage } from '../server/page-files.ts'
import { DayReplay } from './day-replay.ts'
import { serveReplay } from './serve-replay.ts'

/**
 * Shows a day again in the page, from its journal alone, until the signal aborts. Nothing is started
 * and nothing can be done. @throws {LabError} `no-day`
 */
export async function holdReplay(
  folder: string,
  options: {
    readonly root: string
    readonly port: number
    readonly signal: AbortSignal
    readonly say: (line: string) => void
  },
): Promise<void> {
  const { root, port, signal, say } = options
  const replay = await DayReplay.of(join(folder, 'journal.jsonl'))
  const files = await buildPage()
  const report = () => writeDayReport(folder)
  await using server = await serveReplay({ replay, files, report, port })
  say(`replay of ${replay.title}, ${relative(root, folder)}`)
  say(`replay    ${server.link}`)
  say('Ctrl-C ends the replay')
  await new Promise<void>(resolve => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
