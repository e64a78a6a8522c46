import type { Clock } from '../base/clock.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { AbortCondition } from '../model/experiment.ts'

const pollMs = 250
/** A condition looks at this much of the latest traffic. */
const windowMs = 2_000
/** Fewer operations in it say nothing. */
const leastSamples = 20

/**
 * Watches until the signal aborts. When a condition has been met for so long, its reason goes to the
 * journal and `stop` is called, once.
 */
export async function watchAborts(
  conditions: readonly AbortCondition[],
  recorder: JournalFile,
  clock: Clock,
  signal: AbortSignal,
  stop: () => void,
): Promise<void> {
  const outsideSince = new Map<AbortCondition, number>()
  while (await paused(clock, signal)) {
    const reason = firstMet(conditions, outsideSince, recorder)
    if (reason === undefined) continue
    recorder.record({ kind: 'abort', reason })
    return stop()
  }
}

function firstMet(
  conditions: readonly AbortCondition[],
  outsideSince: Map<AbortCondition, number>,
  recorder: JournalFile,
): string | undefined {
  const nowMs = recorder.nowMs()
  const fromMs = nowMs - windowMs
  const window = { fromMs, toMs: nowMs, entries: recorder.since(fromMs) }
  for (const condition of conditions) {
    const { probe, accepts, forMs } = condition
    const measured = probe.over(window)
    if (!measured || measured.samples < leastSamples || accepts.accepts(measured.value)) {
      outsideSince.delete(condition)
      continue
    }
    const since = outsideSince.get(condition) ?? nowMs
    outsideSince.set(condition, since)
    if (nowMs - since >= forMs) {
      return `${probe.name} was ${measured.value}, not ${accepts.expected}, for ${forMs / 1000} s`
    }
  }
  return undefined
}

async function paused(clock: Clock, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(pollMs, signal).catch(() => {})
  return !signal.aborted
}
