import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import { unavailable } from '../problem.ts'

const sampleMs = 250
const resolutionMs = 10

/** How late the event loop is; one for all servers of a process. */
export interface Lag extends Disposable {
  /** From now on only: what starting up took is nobody's load. */
  watch(): void
  /** 0 until the first sample. */
  readonly ms: number
}

/** Refuses at once while the event loop lags: a late answer would help nobody. */
export function shedLoad(http: Http, defences: Defences, lag: Lag): void {
  if (!defences.on('load-shedding')) return
  const { maxLagMs } = defences.settings('load-shedding')
  http.addHook('onRequest', async request => {
    // Health must answer above all when there is something to tell.
    if (lag.ms < maxLagMs || request.url.startsWith('/health/')) return
    throw unavailable('overloaded', 'Too busy right now.', { outcome: 'not-done' })
  })
}

/**
 * The mean of all turns in a sample, so one long turn among short ones, as of a garbage collection,
 * refuses nobody.
 */
export function createLag(): Lag {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  let lagMs = 0
  let last = { turns: 0, atMs: 0 }
  const sample = () => {
    const now = { turns: histogram.count, atMs: performance.now() }
    // By the clock: a long turn may come to this timer before it comes to the histogram's own.
    lagMs = (now.atMs - last.atMs) / Math.max(1, now.turns - last.turns) - resolutionMs
    last = now
  }
  let timer: NodeJS.Timeout | undefined
  return {
    get ms() {
      return lagMs
    },
    watch: () => {
      histogram.enable()
      last = { turns: histogram.count, atMs: performance.now() }
      timer = setInterval(sample, sampleMs).unref()
    },
    [Symbol.dispose]: () => {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
