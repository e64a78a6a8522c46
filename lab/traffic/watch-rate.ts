import { plannedBy, type Rates } from '../model/rates.ts'
import type { TrafficContext } from './operations.ts'

const lookEveryMs = 1_000
/** The first seconds say little: connections are opened, code is compiled. */
const firstLookMs = 2_000
/** The share of the planned operations a verdict demands. */
const leastShare = 0.95

/** Says once, in the journal and to the person who watches, that this machine cannot make the rate. */
export function watchRate(
  workload: string,
  rates: Rates,
  made: { readonly started: number },
  { clock, recorder, progress }: TrafficContext,
): Disposable {
  const over = new AbortController()
  const startMs = clock.nowMs()
  const watch = async () => {
    let waitMs = firstLookMs
    for (;;) {
      await clock.sleep(waitMs, over.signal)
      waitMs = lookEveryMs
      const passedMs = clock.nowMs() - startMs
      const planned = Math.floor(plannedBy(rates, passedMs))
      if (made.started >= leastShare * planned - 1) continue
      const text = `${workload} is behind its rate: ${made.started} of ${planned} operations planned after ${Math.round(passedMs / 1000)} s were started; this machine cannot make it`
      recorder.record({ kind: 'note', text })
      progress?.(text)
      return
    }
  }
  // Its only error is the end of its wait.
  watch().catch(() => {})
  return { [Symbol.dispose]: () => over.abort() }
}
