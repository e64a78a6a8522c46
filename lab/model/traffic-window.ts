import { firstFinalOp, type Outcome } from '../journal/journal.ts'
import type { TrafficWindow } from './hypothesis.ts'

/**
 * How late the lab itself started what was due in the window: the 95th percentile, in ms. Beyond some
 * 100 ms the machine is short of time, and what is measured is not the service alone.
 */
export function latenessIn({ fromMs, toMs, entries }: TrafficWindow, workload: string): number {
  const late = entries.flatMap(entry =>
    entry.kind === 'invoke' && entry.workload === workload && entry.op < firstFinalOp
      ? entry.intendedMs >= fromMs && entry.intendedMs < toMs
        ? [entry.atMs - entry.intendedMs]
        : []
      : [],
  )
  const sorted = late.toSorted((a, b) => a - b)
  return Math.max(0, Math.round(sorted[Math.floor(0.95 * sorted.length)] ?? 0))
}

/** An operation as a window shows it. */
export interface Seen {
  /** Undefined: in flight at the end of the window. */
  readonly outcome: Outcome | undefined
  /** From the intended start to the answer, or to the end of the window. */
  readonly latencyMs: number
}

/**
 * The operations of a workload that were intended to start in the window. An answer after its end
 * is told as it came, where the entries reach that far.
 */
export function operationsIn(window: TrafficWindow, workload: string): readonly Seen[] {
  const { fromMs, toMs, entries } = window
  const found = new Map<number, Seen>()
  for (const entry of entries) {
    if (entry.kind === 'invoke' && entry.workload === workload && entry.op < firstFinalOp) {
      if (entry.intendedMs < fromMs || entry.intendedMs >= toMs) continue
      found.set(entry.op, { outcome: undefined, latencyMs: toMs - entry.intendedMs })
    }
    if (entry.kind === 'complete' && entry.workload === workload && found.has(entry.op)) {
      found.set(entry.op, { outcome: entry.outcome, latencyMs: entry.latencyMs })
    }
  }
  return [...found.values()]
}
