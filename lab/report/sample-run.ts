import { type Random, seeded } from '../base/random.ts'
import { emptyPlan, journalOf, type Told } from '../checkers/shared/journal-of.ts'
import type { Journal, Outcome, WireEvent } from '../journal/journal.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

/** The seconds of the sample's phases and faults. */
const times = { preflight: 1.1, baseline: 1.4, inject: 6.4, applied: 9.4, killed: 11.4 }
const ends = { restarted: 15.4, healed: 15.9, recover: 16.4, finalReads: 22, check: 23, end: 23.2 }
const seconds = (value: number) => Math.round(value * 1000)

/** A made-up run of half a minute, for the tests and the eyes of whoever works on reports. */
export function sampleRun(title = 'A failover loses no confirmed write'): Journal {
  const random = seeded(7)
  const told = [...frame(title), ...shopping(random), ...chatting(random), ...onTheWire(random)]
  return journalOf(told.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)))
}

/** Its conclusion, with a check of each word. */
export const sampleConclusion: Conclusion = {
  verdict: 'not-restored',
  exitCode: 3,
  experiment: 'redis-failover',
  title: 'A failover loses no confirmed write',
  seed: 4711,
  runId: 'sample',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 23_200,
  defencesOff: ['confirmed-writes'],
  faultsOff: false,
  planted: [],
  proxy: 'embedded',
  unprovable: [],
  reasons: [
    {
      word: 'not-restored',
      text: 'after everything was undone: "both replicas follow the primary" did not hold',
    },
    { word: 'broken', text: 'check kept: 2 lost; 403 writes were confirmed.' },
    { word: 'inconclusive', text: 'check restraint: no message at the wire could be told apart.' },
  ],
  hypotheses: [],
  faults: [],
  checks: {
    kept: {
      checker: 'no lost writes in checkout',
      word: 'invalid',
      story: '2 lost; 403 writes were confirmed (2 offences in all).',
      figures: { attempted: 620, acknowledged: 403, lost: 2, doubled: 0, changed: 0, phantom: 0 },
      witness: {
        what: 'order-371 was confirmed and is gone',
        entries: [1500, 1536],
        atMs: 10_896,
      },
    },
    inOrder: {
      checker: 'no gaps and no duplicates in chat',
      word: 'valid',
      story: 'Each of 312 confirmed messages reached every subscriber once and in order.',
      figures: { confirmed: 312, frames: 3120, missing: 0, duplicated: 0, reordered: 0 },
    },
    restraint: {
      checker: 'attempts per request of checkout: at most 3',
      word: 'unknown',
      story: 'No message at the wire during the fault could be told to belong to a request.',
      figures: { requests: 620, seen: 0 },
    },
  },
}

function frame(title: string): readonly Told[] {
  const fault = (id: number, label: string, link: string) =>
    ({ kind: 'fault', id, strike: label, fault: label, label, touches: [link] }) as const
  const hole = fault(1, 'blackHole(replication)', 'redis-2>redis-1')
  const kill = fault(2, 'kill(redis primary)', 'redis-1')
  const run = {
    kind: 'run',
    experiment: 'redis-failover',
    title,
    runId: 'sample',
    seed: 4711,
    startedAt: '2026-01-02T03:04:05.000Z',
    defencesOff: ['confirmed-writes'],
    faultsOff: false,
    planted: [],
    proxy: 'embedded',
    commandMs: 900,
    plan: {
      ...emptyPlan,
      because: 'Checkout ships goods on a write that all replicas confirmed.',
    },
    versions: { node: '24.21.0', redis: '7.0.15', postgres: '18.4' },
  } as const
  return [
    { ...run, atMs: 0 },
    { kind: 'phase', phase: 'start', atMs: 1 },
    { kind: 'phase', phase: 'preflight', atMs: seconds(times.preflight) },
    ...['client>api-1', 'api-1>redis-1'].map((link): Told => {
      const atMs = seconds(times.preflight) + 50
      return { kind: 'preflight', link, passed: true, detail: '12 bytes passed', atMs }
    }),
    ...processes(),
    { kind: 'phase', phase: 'baseline', atMs: seconds(times.baseline) },
    ...probes('before', times.inject - 0.01, 2),
    { kind: 'phase', phase: 'inject', atMs: seconds(times.inject) },
    { ...hole, step: 'planned', atMs: seconds(times.applied) - 5 },
    { ...hole, step: 'applied', atMs: seconds(times.applied) },
    { ...kill, step: 'applied', atMs: seconds(times.killed) },
    { ...kill, step: 'landed', landed: 1, atMs: seconds(ends.restarted) - 1 },
    { ...kill, step: 'healed', atMs: seconds(ends.restarted) },
    { ...hole, step: 'landed', landed: 8214, atMs: seconds(ends.healed) - 1 },
    { ...hole, step: 'healed', atMs: seconds(ends.healed) },
    { kind: 'phase', phase: 'heal', atMs: seconds(ends.healed) + 1 },
    { kind: 'phase', phase: 'recover', atMs: seconds(ends.recover) },
    ...probes('after', ends.finalReads - 0.01, 2),
    { kind: 'phase', phase: 'final-reads', atMs: seconds(ends.finalReads) },
    ...probes('rolled-back', ends.check - 0.01, 1),
    { kind: 'phase', phase: 'check', atMs: seconds(ends.check) },
    { kind: 'note', text: 'end', atMs: seconds(ends.end) },
  ]
}

/** One of them dies by the fault and comes back, one ends by itself at the very end. */
function processes(): readonly Told[] {
  const common = { kind: 'process', asked: true, pid: 7 } as const
  const up = (process: string, at: number): readonly Told[] => [
    { ...common, process, step: 'spawned', atMs: seconds(at) },
    { ...common, process, step: 'ready', atMs: seconds(at) + 120 },
  ]
  const gone = { ...common, step: 'exited', signal: 'SIGKILL' } as const
  return [
    ...['proxy', 'redis-1', 'redis-2', 'api-1'].flatMap(name => up(name, 0.2)),
    { ...gone, process: 'redis-1', atMs: seconds(times.killed) },
    ...up('redis-1', ends.restarted),
    { ...gone, process: 'api-1', asked: false, atMs: seconds(ends.finalReads) },
    { kind: 'system', description: {}, links: sampleLinks, atMs: seconds(times.preflight) - 1 },
  ]
}

const sampleLinks = ['client>api-1.api', 'api-1>redis-1', 'redis-2>redis-1', 'api-1>postgres']

function probes(
  when: 'before' | 'after' | 'rolled-back',
  at: number,
  replicas: number,
): readonly Told[] {
  const common = { kind: 'probe', when, atMs: seconds(at) } as const
  const follow = { hypothesis: 'both replicas follow the primary', expected: 'exactly 2' }
  const quick = { hypothesis: 'checkout answers quickly', expected: 'at most 150ms' }
  return [
    { ...common, ...follow, value: replicas, held: replicas === 2 },
    { ...common, ...quick, value: 18.4, held: true },
  ]
}

function shopping(random: Random): readonly Told[] {
  return asked('checkout', 40, atMs => {
    const s = atMs / 1000
    if (s < times.applied || s > ends.healed + 0.8) return [ok, 4 + 30 * random.next() ** 4]
    if (s < times.killed)
      return [random.next() < 0.3 ? uncertain : ok, 60 + 500 * random.next() ** 3]
    if (s < times.killed + 2.2)
      return [random.next() < 0.2 ? uncertain : refused, 900 * random.next() ** 3]
    return [random.next() < 0.1 ? refused : ok, 8 + 120 * random.next() ** 3]
  })
}

function chatting(random: Random): readonly Told[] {
  return asked('chat', 20, atMs => {
    const s = atMs / 1000
    const out = s > times.killed && s < times.killed + 1.8
    return [out ? refused : ok, 2 + 12 * random.next() ** 4]
  })
}

const ok: Outcome = { kind: 'ok', value: 'done' }
const refused: Outcome = { kind: 'fail', ended: 'refused', error: 'refused: redis-away' }
const uncertain: Outcome = { kind: 'info', ended: 'refused', error: 'refused: unconfirmed' }

function asked(
  workload: string,
  perSecond: number,
  answer: (atMs: number) => readonly [Outcome, number],
): readonly Told[] {
  const told: Told[] = []
  const endMs = seconds(ends.recover + 5.4)
  for (let op = 0; ; op++) {
    const intendedMs = seconds(times.baseline) + (op * 1000) / perSecond
    if (intendedMs > endMs) return told
    const [outcome, latencyMs] = answer(intendedMs)
    const common = { workload, op, client: op % 8, f: 'ask' } as const
    const key = `order-${op}`
    told.push({ kind: 'invoke', ...common, key, input: { key }, intendedMs, atMs: intendedMs })
    told.push({ kind: 'complete', ...common, outcome, latencyMs, atMs: intendedMs + latencyMs })
  }
}

/** The messages of the order that is lost. */
function ofOneOrder(): readonly Told[] {
  const common = { kind: 'wire', link: 'api-1>redis-1', connection: 4, trace: 't-371' } as const
  return [
    { ...common, what: 'request', message: 'SET', key: 'session:order-371', atMs: 10_690 },
    { ...common, what: 'response', message: 'WAIT', error: 'READONLY', atMs: 10_720 },
  ]
}

function onTheWire(random: Random): readonly Told[] {
  const told: Told[] = [...ofOneOrder()]
  for (const link of ['client>api-1', 'api-1>redis-1', 'api-2>redis-1', 'api-1>postgres']) {
    for (let atMs = seconds(times.baseline); atMs < seconds(ends.finalReads); atMs += 100) {
      const s = atMs / 1000
      const away = link.includes('redis') && s > times.killed && s < ends.restarted
      const counts = {
        connects: away && random.next() < 0.4 ? 1 : 0,
        'request:SET': away ? 0 : random.integer(3, 9),
        bytesUp: 900,
        bytesDown: 1400,
      }
      told.push({ kind: 'wire-count', link, counts, atMs })
      const event: WireEvent = {
        kind: 'wire',
        link,
        connection: 1,
        what: 'response',
        error: 'READONLY',
      }
      if (away && random.next() < 0.2) told.push({ ...event, atMs })
    }
  }
  return told
}
