import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import { unavailable } from '../problem.ts'

const sampleMs = 250
const resolutionMs = 10

/** Refuses at once while the event loop lags: a late answer would help nobody. */
export function shedLoad(http: Http, defences: Defences): void {
  if (!defences.on('load-shedding')) return
  const { maxLagMs } = defences.settings('load-shedding')
  let lagMs = 0
  let stop = () => {}
  http.addHook('onListen', done => {
    // From now on only: what starting up took is nobody's load.
    stop = watchLag(measured => {
      lagMs = measured
    })
    done()
  })
  http.addHook('onClose', async () => stop())
  http.addHook('onRequest', async request => {
    // Health must answer above all when there is something to tell.
    if (lagMs < maxLagMs || request.url.startsWith('/health/')) return
    throw unavailable('overloaded', 'Too busy right now.', { outcome: 'not-done' })
  })
}

function watchLag(report: (lagMs: number) => void): () => void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  const timer = setInterval(() => {
    // Without a sample there is nothing to say, and nothing to refuse for.
    const meanMs = histogram.mean / 1e6
    report(Number.isNaN(meanMs) ? 0 : meanMs - resolutionMs)
    histogram.reset()
  }, sampleMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    histogram.disable()
  }
}
