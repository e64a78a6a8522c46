import type { Experiment } from '../../lab/model/experiment.ts'
import { serveMetrics } from '../../lab/report/metrics/serve-metrics.ts'
import { type FinishedRun, run } from '../../lab/run/run.ts'
import { startPrometheus } from '../../targets/prometheus.ts'
import type { ServerContext } from '../../targets/runtime/server-part.ts'
import type { Shop } from '../../targets/shop.ts'
import type { Board } from '../panel.ts'
import { askPanels, type Drawn } from './ask-panels.ts'

export interface WatchedRun extends FinishedRun {
  /** What the Prometheus of the target drew until it ended, and one that sees the end of the run. */
  readonly drawn: readonly Drawn[]
}

/** Makes a run, and asks every panel of two Prometheus servers: one ends with the target. */
export async function watchedRun<System extends Shop>(
  experiment: Experiment<System>,
  boards: readonly Board[],
  { context, root }: { readonly context: ServerContext; readonly root: string },
): Promise<WatchedRun> {
  await using metrics = await serveMetrics({ port: 0 })
  const metricsAddress = new URL(metrics.url).host
  const scrape = [{ job: 'lab', targets: [metricsAddress] }]
  await using outside = await startPrometheus(context, { scrape })
  const fromMs = Date.now()
  const within: Drawn[] = []
  const { target } = experiment
  const watched: Experiment<System> = {
    ...experiment,
    target: {
      ...target,
      start: async targetContext => {
        const system = await target.start(targetContext)
        const { monitoring } = system
        if (!monitoring) throw new Error('The experiment has no check of an alert.')
        const end = system[Symbol.asyncDispose].bind(system)
        return Object.assign(system, {
          [Symbol.asyncDispose]: async () => {
            const stretch = { url: monitoring.url, fromMs, toMs: Date.now() }
            within.push(...(await askPanels(boards, stretch).finally(end)))
          },
        })
      },
    },
  }
  const finished = await run(watched, {
    ...{ name: 'a-bad-day', seed: 7, root, metricsAddress },
    observe: journal => journal.onEntry(entry => metrics.onEntry(entry)),
  })
  metrics.finish(finished.conclusion)
  await metrics.seen()
  const after = await askPanels(boards, { url: outside.url, fromMs, toMs: Date.now() })
  const drawn = within.map((one, place) => ({
    ...one,
    series: Math.max(one.series, after[place]?.series ?? 0),
  }))
  return { ...finished, drawn }
}
