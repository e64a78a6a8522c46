import type { Clock } from '../base/clock.ts'
import type { JournalFile } from '../journal/recorder.ts'

/** Stalls shorter than this are within what the checks' limits allow for. */
const worthTellingMs = 200
const lookEveryMs = 50

/**
 * Notes when the lab's own process stood still, as soon as it goes on: then what it measured as late
 * may be its own lateness, and who reads the verdict should know. Until disposed.
 */
export function watchStalls(recorder: JournalFile, clock: Clock): Disposable {
  const over = new AbortController()
  const watch = async () => {
    while (!over.signal.aborted) {
      const beganMs = clock.nowMs()
      await clock.sleep(lookEveryMs, over.signal).catch(() => {})
      const stalledMs = Math.round(clock.nowMs() - beganMs - lookEveryMs)
      if (stalledMs >= worthTellingMs) recorder.record({ kind: 'stall', stalledMs })
    }
  }
  void watch()
  return { [Symbol.dispose]: () => over.abort() }
}
