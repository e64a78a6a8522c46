import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import { unavailable } from '../problem.ts'

const sampleMs = 250
const resolutionMs = 10

/**
 * Refuses at once while the event loop lags: a late answer would help nobody. The lag is the mean of
 * all turns in a sample, so one long turn among short ones, as of a garbage collection, refuses
 * nobody.
 */
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
  // Never reset, which would lose the turn that follows: all there are when each is a long one.
  let [turns, allMs] = [0, 0]
  const timer = setInterval(() => {
    const { count, mean } = histogram
    if (count === turns) return
    const nowMs = (count * mean) / 1e6
    report((nowMs - allMs) / (count - turns) - resolutionMs)
    ;[turns, allMs] = [count, nowMs]
  }, sampleMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    histogram.disable()
  }
}
