import { relative } from 'node:path'
import type { RunOptions } from '../../admission/run-options.ts'
import { messageOf } from '../../base/errors.ts'
import { print, printPart } from '../../base/print.ts'
import type { Experiment } from '../../model/experiment.ts'
import { type FinishedRun, run } from '../../run/run.ts'
import { writeIndex } from './write-index.ts'
import { writeReport } from './write-report.ts'

/** One run among many: one line when it is over, and its report. */
export async function runQuiet(
  experiment: Experiment,
  options: RunOptions,
  label: string,
): Promise<FinishedRun> {
  printPart(process.stdout, `${label} … `)
  const finished = await run(experiment, options)
  const { verdict, checks, durationMs } = finished.conclusion
  const fallen = Object.entries(checks).filter(([, { word }]) => word !== 'valid')
  const words = fallen.map(([name, { word }]) => `${name} ${word}`).join(', ')
  const folder = relative(process.cwd(), finished.folder)
  const took = `${(durationMs / 1000).toFixed(1)} s`
  print(process.stdout, `${verdict}${words && ` (${words})`}, ${took}, ${folder}`)
  await writeReport(finished.folder).catch((error: unknown) => {
    print(process.stdout, `report.html could not be written: ${messageOf(error)}`)
  })
  await writeIndex(options.root ?? process.cwd())
  return finished
}
