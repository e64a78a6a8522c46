import type { Clock } from '../base/clock.ts'
import type { Recorder } from '../journal/journal.ts'
import type { AlertSource } from '../model/alerts.ts'

const everyMs = 500
const patienceMs = 2_000

/**
 * Asks twice a second, until disposed, which alerts are not at rest. What is not answered leaves a gap
 * in the journal, which a check of alerts sees.
 */
export function watchAlerts(
  source: AlertSource | undefined,
  recorder: Recorder,
  clock: Clock,
): AsyncDisposable {
  const over = new AbortController()
  const watching = (async () => {
    while (source && !over.signal.aborted) {
      const dueMs = clock.nowMs() + everyMs
      const signal = AbortSignal.any([over.signal, AbortSignal.timeout(patienceMs)])
      const active = await source.read(signal).catch(() => undefined)
      if (active) recorder.record({ kind: 'alerts', active })
      await clock.sleep(Math.max(0, dueMs - clock.nowMs()), over.signal).catch(() => {})
    }
  })()
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await watching
    },
  }
}
