import { relative } from 'node:path'
import type { RunOptions } from '../../admission/run-options.ts'
import { systemClock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { print } from '../../base/print.ts'
import type { Experiment } from '../../model/experiment.ts'
import { liveView } from '../../report/live/live.ts'
import type { MetricsServer } from '../../report/text/metrics.ts'
import { type FinishedRun, run } from '../../run/run.ts'
import { writeIndex } from './write-index.ts'
import { writeReport } from './write-report.ts'

export interface LiveRunOptions extends RunOptions {
  /** Where the view goes: standard error when standard output carries JSON. */
  readonly stream: NodeJS.WriteStream
  /** Serves Prometheus metrics on this port while the run goes on. */
  readonly metricsPort?: number | undefined
}

/** A run that can be watched: live view while it goes on, report when it is over. */
export async function runLive(
  experiment: Experiment,
  { stream, metricsPort, ...options }: LiveRunOptions,
): Promise<FinishedRun> {
  await using metrics = metricsPort === undefined ? undefined : await metricsAt(metricsPort)
  if (metrics) print(stream, `metrics: ${metrics.url}`)
  using view = liveView({
    stdout: stream,
    isTTY: stream.isTTY,
    plan: { name: options.name, seed: options.seed, experiment },
  })
  const finished = await run(experiment, {
    ...options,
    commandMs: options.commandMs ?? systemClock.nowMs(),
    progress: message => view.progress(message),
    observe: (journal, folder) => {
      journal.onEntry(entry => {
        view.onEntry(entry)
        metrics?.onEntry(entry)
      })
      options.observe?.(journal, folder)
    },
  })
  metrics?.finish(finished.conclusion)
  const problem = await writeReport(finished.folder).then(() => undefined, messageOf)
  await writeIndex(options.root ?? process.cwd())
  view.finish(finished.conclusion, relative(process.cwd(), finished.folder))
  if (problem !== undefined) print(stream, `report.html could not be written: ${problem}`)
  return finished
}

/** Loaded only where asked for: it takes a tenth of a second. */
async function metricsAt(port: number): Promise<MetricsServer> {
  const { serveMetrics } = await import('../../report/text/metrics.ts')
  return serveMetrics({ port })
}
