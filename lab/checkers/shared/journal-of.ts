import type { Entry, Event, Journal, Outcome, WireEvent } from '../../journal/journal.ts'
import type { PlanEntry } from '../../journal/plan.ts'

/** An event of a hand-made journal; `atMs` defaults to ten times its position. */
export type Told = Event & { readonly atMs?: number; readonly sourceAtMs?: number }

/** A hand-made journal, numbered as the recorder would: what the checkers' tests judge. */
export function journalOf(events: readonly Told[]): Journal {
  return events.map((event, index): Entry => {
    return { ...event, index, atMs: event.atMs ?? index * 10, source: 'lab' }
  })
}

/**
 * Ten seconds of one operation each 100 ms, alternating between two clients, answered after 1 ms or
 * after `latencyMs`; a fault is in force from second 2 to second 6. `wire` events may be added to
 * each.
 */
export function traffic(
  workload: string,
  answer: (atMs: number, client: number) => Outcome | undefined,
  options: {
    readonly latencyMs?: (atMs: number) => number
    readonly wire?: (op: number, atMs: number) => readonly WireEvent[]
  } = {},
): Journal {
  const fault = {
    kind: 'fault',
    id: 1,
    strike: 'kill',
    fault: 'kill',
    label: 'kill',
    touches: ['redis'],
  } as const
  const told: Told[] = [
    { kind: 'phase', phase: 'baseline', atMs: 0 },
    { kind: 'phase', phase: 'inject', atMs: 1999 },
    { ...fault, step: 'applied', atMs: 2000 },
    { ...fault, step: 'healed', atMs: 6000 },
    { kind: 'phase', phase: 'recover', atMs: 9999 },
  ]
  for (let op = 0; op < 100; op++) {
    const atMs = op * 100
    const common = { workload, op, client: op % 2, f: 'ask' } as const
    told.push({ kind: 'invoke', ...common, key: `k${op}`, input: op, intendedMs: atMs, atMs })
    for (const event of options.wire?.(op, atMs) ?? []) told.push({ ...event, atMs })
    const outcome = answer(atMs, op % 2)
    const latencyMs = options.latencyMs?.(atMs) ?? 1
    if (!outcome) continue
    told.push({ kind: 'complete', ...common, outcome, latencyMs, atMs: atMs + latencyMs })
  }
  return journalOf(told.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)))
}

/** A plan that asks for nothing. */
export const emptyPlan: PlanEntry = {
  because: 'it is made up',
  target: 'none',
  baselineMs: 0,
  steadyWithinMs: 0,
  durationMs: 0,
  recoverWithinMs: 0,
  steadyState: [],
  workloads: [],
  strikes: [],
  abortWhen: [],
  checks: {},
  defences: [],
  controls: [],
}

/** The first entry of a run; with faults off it is a control. */
export function began(faultsOff: boolean, seed = 1): Told {
  const named = { experiment: 'made-up', title: 'A made-up run', runId: 'made-up', seed }
  const proxy = 'embedded' as const
  const asked = { startedAt: '', defencesOff: [], faultsOff, planted: [], proxy }
  return { kind: 'run', ...named, ...asked, plan: emptyPlan, versions: {} }
}
