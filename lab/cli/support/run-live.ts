import { relative } from 'node:path'
import type { RunOptions } from '../../admission/run-options.ts'
import { systemClock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { print } from '../../base/print.ts'
import type { Experiment } from '../../model/experiment.ts'
import { liveView } from '../../report/live/live.ts'
import type { MetricsPush } from '../../report/metrics/push-metrics.ts'
import type { MetricsServer } from '../../report/metrics/serve-metrics.ts'
import { type FinishedRun, run } from '../../run/run.ts'
import { writeIndex } from './write-index.ts'
import { writeReport } from './write-report.ts'

export interface LiveRunOptions extends RunOptions {
  /** Where the view goes: standard error when standard output carries JSON. */
  readonly stream: NodeJS.WriteStream
  /** Serves Prometheus metrics on this port while the run goes on. */
  readonly metricsPort?: number | undefined
  /** Pushes them to the Pushgateway at this URL. */
  readonly pushTo?: string | undefined
}

/** A run that can be watched: live view while it goes on, report when it is over. */
export async function runLive(
  experiment: Experiment,
  { stream, metricsPort, pushTo, ...options }: LiveRunOptions,
): Promise<FinishedRun> {
  await using metrics = metricsPort === undefined ? undefined : await metricsAt(metricsPort)
  if (metrics) print(stream, `metrics: ${metrics.url}`)
  const tell = (text: string) => print(stream, text)
  await using push =
    pushTo === undefined ? undefined : await pushTowards(pushTo, options.name, tell)
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
        push?.onEntry(entry)
      })
      options.observe?.(journal, folder)
    },
  })
  metrics?.finish(finished.conclusion)
  const problem = await writeReport(finished.folder).then(() => undefined, messageOf)
  await writeIndex(options.root ?? process.cwd())
  view.finish(finished.conclusion, relative(process.cwd(), finished.folder))
  if (problem !== undefined) print(stream, `report.html could not be written: ${problem}`)
  await Promise.all([metrics?.seen(options.signal), push?.finish(finished.conclusion)])
  return finished
}

/** Loaded only where asked for: it takes a tenth of a second. */
async function metricsAt(port: number): Promise<MetricsServer> {
  const { serveMetrics } = await import('../../report/metrics/serve-metrics.ts')
  return serveMetrics({ port })
}

async function pushTowards(
  url: string,
  experiment: string,
  onFailure: (message: string) => void,
): Promise<MetricsPush & AsyncDisposable> {
  const { pushMetrics } = await import('../../report/metrics/push-metrics.ts')
  return pushMetrics({ url, experiment, onFailure })
}
