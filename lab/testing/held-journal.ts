import { emptyPlan, journalOf, type Told } from '../checkers/shared/journal-of.ts'
import type { Journal, Phase } from '../journal/journal.ts'
import type { PlanEntry } from '../journal/plan.ts'

/** What the run of `heldJournal` was asked to do. */
export const heldPlan: PlanEntry = {
  ...emptyPlan,
  durationMs: 5_000,
  steadyState: [{ sentence: 'few errors', expected: 'at most 0.05', overMs: 2_000 }],
  workloads: [
    {
      name: 'reads',
      clients: 2,
      giveUpMs: 1_000,
      finite: false,
      rates: [{ fromMs: 0, perSecond: 10 }],
    },
  ],
  strikes: [
    {
      id: 0,
      name: 'cut',
      label: 'cut(redis)',
      kind: 'lasting',
      atMs: 1_000,
      forMs: 2_000,
      least: 5,
      leastEach: 2,
    },
    { id: 1, name: 'flush', label: 'flush(redis)', kind: 'momentary', least: 1, leastEach: 0 },
  ],
  checks: { kept: 'kept' },
}

const phases: readonly (readonly [Phase, number])[] = [
  ['start', 1],
  ['preflight', 900],
  ['baseline', 1_000],
  ['inject', 3_000],
  ['heal', 8_000],
  ['recover', 8_010],
  ['final-reads', 12_010],
  ['check', 12_100],
]

/** Every entry of a run that shows all its plan demands, in the order of time. */
export function heldEvents(plan: PlanEntry = heldPlan): readonly Told[] {
  const fault = (id: number, strike: string) =>
    ({ kind: 'fault', id, strike, fault: strike, label: `${strike}(redis)`, touches: [] }) as const
  const [cut, flush] = [fault(0, 'cut'), fault(1, 'flush')]
  const probe = { kind: 'probe', hypothesis: 'few errors', expected: 'at most 0.05' } as const
  const process = { kind: 'process', process: 'api-1', pid: 7, asked: true } as const
  const told: Told[] = [
    {
      kind: 'run',
      experiment: 'made-up',
      title: 'Reads go on',
      runId: 'made-up',
      seed: 1,
      startedAt: '2026-01-02T03:04:05.000Z',
      defencesOff: [],
      faultsOff: false,
      planted: [],
      proxy: 'embedded',
      plan,
      versions: {},
      atMs: 0,
    },
    ...phases.map(([phase, atMs]): Told => ({ kind: 'phase', phase, atMs })),
    { ...process, step: 'spawned', atMs: 10 },
    { kind: 'preflight', link: 'api-1>redis', passed: true, detail: 'traffic flows', atMs: 950 },
    { kind: 'traffic', workload: 'reads', step: 'began', atMs: 500 },
    ...operations(500, 12_000),
    { kind: 'traffic', workload: 'reads', step: 'ended', why: 'stopped', atMs: 12_001 },
    { ...probe, when: 'before', value: 0, held: true, atMs: 2_999 },
    { ...probe, when: 'during', value: 0.4, held: false, atMs: 5_000 },
    { ...probe, when: 'after', value: 0, held: true, atMs: 12_000 },
    { ...probe, when: 'rolled-back', value: 0, held: true, atMs: 12_050 },
    { ...cut, step: 'planned', atMs: 4_000 },
    { ...cut, step: 'applied', atMs: 4_005 },
    { ...cut, step: 'landed', landed: 6, landedOn: { a: 3, b: 3 }, atMs: 6_010 },
    { ...cut, step: 'healed', atMs: 6_020 },
    { ...flush, step: 'planned', atMs: 7_000 },
    { ...flush, step: 'applied', atMs: 7_005 },
    { ...flush, step: 'landed', landed: 40, atMs: 8_001 },
    { ...flush, step: 'healed', atMs: 8_002 },
    { ...process, step: 'exited', code: 0, atMs: 12_200 },
  ]
  return told.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))
}

export function heldJournal(change: (events: readonly Told[]) => readonly Told[] = all => all) {
  const timed = change(heldEvents()).map(event => ({ ...event, atMs: event.atMs ?? 0 }))
  const events = timed.toSorted((a, b) => a.atMs - b.atMs)
  return journalOf(events) satisfies Journal
}

/** Ten a second, each answered after 5 ms. */
function operations(fromMs: number, toMs: number): readonly Told[] {
  const count = Math.floor((toMs - fromMs) / 100)
  return Array.from({ length: count }, (_, op): readonly Told[] => {
    const intendedMs = fromMs + op * 100
    const common = { workload: 'reads', op, client: op % 2, f: 'read' } as const
    return [
      { kind: 'invoke', ...common, input: null, intendedMs, atMs: intendedMs },
      {
        kind: 'complete',
        ...common,
        outcome: { kind: 'ok', value: 1 },
        latencyMs: 5,
        atMs: intendedMs + 5,
      },
    ]
  }).flat()
}
