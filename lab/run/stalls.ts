import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../base/clock.ts'
import type { JournalFile } from '../journal/recorder.ts'

/** Stalls shorter than this are within what the checks' limits allow for. */
const worthTellingMs = 200
const lookEveryMs = 1_000

/**
 * Notes when the lab's own process stood still: then what it measured as late may be its own lateness,
 * and who reads the verdict should know. Until disposed.
 */
export function watchStalls(recorder: JournalFile, clock: Clock): Disposable {
  const over = new AbortController()
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const watch = async () => {
    while (!over.signal.aborted) {
      await clock.sleep(lookEveryMs, over.signal).catch(() => {})
      const stalledMs = Math.round(delay.max / 1e6)
      delay.reset()
      if (over.signal.aborted || stalledMs < worthTellingMs) continue
      recorder.record({ kind: 'stall', stalledMs })
    }
  }
  void watch()
  return {
    [Symbol.dispose]: () => {
      over.abort()
      delay.disable()
    },
  }
}
