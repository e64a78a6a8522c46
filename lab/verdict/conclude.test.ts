import { expect, test } from 'vitest'
import type { Told } from '../checkers/shared/journal-of.ts'
import { heldJournal, heldPlan } from '../testing/held-journal.ts'
import { conclude } from './conclude.ts'
import type { JudgedCheck, Reason } from './conclusion.ts'
import { demands } from './demands.ts'
import { isShortOfTime } from './short-of-time.ts'

const valid: JudgedCheck = { checker: 'kept', word: 'valid', story: 'all there', figures: {} }
type Change = (events: readonly Told[]) => readonly Told[]

function concluded(change: Change = all => all, check: JudgedCheck = valid) {
  return conclude(heldJournal(change), { kept: check }, [])
}

const without =
  (gone: (event: Told) => boolean): Change =>
  events =>
    events.filter(event => !gone(event))
const adding =
  (...more: readonly Told[]): Change =>
  events => [...events, ...more]
const changing =
  (kind: Told['kind'], change: (event: Told) => Told | undefined): Change =>
  events =>
    events.flatMap(event => (event.kind === kind ? (change(event) ?? []) : [event]))
const ofStrike = (event: Told, strike: string, ...steps: readonly string[]) =>
  event.kind === 'fault' && event.strike === strike && steps.includes(event.step)
const planned = (plan: Partial<typeof heldPlan>): Change =>
  changing('run', event =>
    event.kind === 'run' ? { ...event, plan: { ...heldPlan, ...plan } } : event,
  )
const [reads] = heldPlan.workloads
if (!reads) throw new Error('the held plan has a workload')
const process = { kind: 'process', process: 'redis-1', pid: 9, step: 'exited' } as const

const windowAt = (lateMs: number) => ({ fromMs: 10_000, toMs: 12_000, samples: 20, lateMs })

test('a run that shows all its plan demands is held', () => {
  expect(concluded()).toMatchObject({ verdict: 'held', exitCode: 0, reasons: [] })
})

/** Another workload that is under way while the strikes are in force. */
const other: readonly Told[] = [4_500, 7_500].flatMap((atMs, op): readonly Told[] => {
  const common = { workload: 'other', op, client: 0, f: 'read', atMs } as const
  const outcome = { kind: 'ok', value: 1 } as const
  return [
    { kind: 'invoke', ...common, input: null, intendedMs: atMs },
    { kind: 'complete', ...common, outcome, latencyMs: 0 },
  ]
})
/** The traffic of the held run as a course that ends at 0 after so many operations. */
const endingAfter =
  (count: number): Change =>
  events =>
    planned({
      workloads: [
        {
          ...reads,
          rates: [
            { fromMs: 0, perSecond: 10 },
            { fromMs: count * 100, perSecond: 10 },
            { fromMs: count * 100, perSecond: 0 },
          ],
        },
      ],
    })(without(event => 'op' in event && event.op >= count)(events))

/** One row for each demand: what is taken from the held run, the word, and what the reason says. */
const rows: Record<string, readonly [Change, Reason['word'], string]> = {
  'a plan': [
    without(({ kind }) => kind === 'run'),
    'inconclusive',
    'does not say what the run was',
  ],
  'no error of the lab': [adding({ kind: 'error', message: 'planted' }), 'error', 'planted'],
  'nothing left behind': [
    adding({ kind: 'error', message: 'two processes are left', verdict: 'not-restored' }),
    'not-restored',
    'two processes are left',
  ],
  'traffic on every link that is to be hurt': [
    adding({ kind: 'preflight', link: 'a>b', passed: false, detail: 'no byte passed' }),
    'inconclusive',
    'a fault would hit link a>b, but no byte passed',
  ],
  'no abort': [adding({ kind: 'abort', reason: 'too many errors' }), 'inconclusive', 'aborted'],
  'every phase entered and left': [
    without(event => event.kind === 'phase' && event.phase === 'recover'),
    'inconclusive',
    'never entered: recover',
  ],
  'a complete journal': [
    adding({ kind: 'overflow', dropped: 3, why: 'the stream ended' }),
    'inconclusive',
    'the journal has a gap: the stream ended',
  ],
  'one run, in the order of time': [
    adding({ kind: 'phase', phase: 'inject', atMs: 3_000 }),
    'inconclusive',
    'the run entered its phase inject twice',
  ],
  'every process alive': [
    adding({ ...process, asked: false, signal: 'SIGSEGV', log: 'out of luck', atMs: 5_000 }),
    'inconclusive',
    'redis-1 ended by itself at 5000 ms, by SIGSEGV; its log ends:\nout of luck',
  ],
  'steady before': [
    changing('probe', event => {
      return event.kind === 'probe' && event.when === 'before' ? { ...event, held: false } : event
    }),
    'inconclusive',
    'before the first fault: "few errors" did not hold',
  ],
  'steady after': [
    changing('probe', event => {
      return event.kind === 'probe' && event.when === 'after' ? { ...event, held: false } : event
    }),
    'not-restored',
    'after healing: "few errors" did not hold',
  ],
  'steady rolled back': [
    changing('probe', event => {
      const back = event.kind === 'probe' && event.when === 'rolled-back'
      return back ? { ...event, held: false } : event
    }),
    'not-restored',
    'after everything was undone and traffic had ended: "few errors" did not hold',
  ],
  'enough traffic to tell whether it is steady': [
    changing('probe', event => {
      const after = event.kind === 'probe' && event.when === 'after'
      return after ? { ...event, held: false, tooFew: true, value: '3 of 20' } : event
    }),
    'inconclusive',
    'after healing: "few errors": 3 of 20',
  ],
  'a machine with time when recovery was judged': [
    changing('probe', event => {
      const after = event.kind === 'probe' && event.when === 'after'
      return after ? { ...event, held: false, value: 0.2, window: windowAt(101) } : event
    }),
    'inconclusive',
    'did not hold: expected at most 0.05, found 0.2, but the lab itself was 101 ms late',
  ],
  'every hypothesis asked': [
    without(event => event.kind === 'probe' && event.when === 'rolled-back'),
    'inconclusive',
    'was never asked after everything was undone',
  ],
  'every fault healed': [
    changing('fault', event => {
      return ofStrike(event, 'cut', 'healed') ? { ...event, error: 'stuck' } : event
    }),
    'not-restored',
    'cut(redis) could not be healed: stuck',
  ],
  'every strike made': [
    without(event => ofStrike(event, 'flush', 'planned', 'applied', 'landed', 'healed')),
    'inconclusive',
    'flush(redis) was never made',
  ],
  'every strike landed': [
    changing('fault', event =>
      ofStrike(event, 'flush', 'landed') ? { ...event, landed: 0 } : event,
    ),
    'inconclusive',
    'flush(redis) was in force, but touched nothing',
  ],
  'every lasting strike in force for its time': [
    changing('fault', event => {
      return ofStrike(event, 'cut', 'landed', 'healed') ? { ...event, atMs: 7_900 } : event
    }),
    'inconclusive',
    'cut(redis) was to last 2000 ms, and lasted 3895 ms',
  ],
  'every lasting strike said to be healed': [
    without(event => ofStrike(event, 'cut', 'healed')),
    'inconclusive',
    'nothing says that cut(redis) was healed',
  ],
  'traffic of every workload': [
    without(event => 'workload' in event && event.workload === 'reads'),
    'inconclusive',
    'there was no traffic of reads',
  ],
  'every workload at its rate': [
    without(event => 'op' in event && event.op % 3 === 0),
    'inconclusive',
    '115 operations of reads were planned, and 76 made',
  ],
  'every operation sent': [
    changing('complete', event => {
      const shed = { kind: 'info', ended: 'shed', error: 'not sent' } as const
      return event.kind === 'complete' && event.op === 7 ? { ...event, outcome: shed } : event
    }),
    'inconclusive',
    '1 operations of reads were never sent',
  ],
  'every operation answered once': [
    without(event => event.kind === 'complete' && event.op % 40 === 7),
    'inconclusive',
    'the journal has no answer to 3 operations',
  ],
  'every workload on time': [
    changing('invoke', event => {
      return event.kind === 'invoke' && event.op % 5 === 0
        ? { ...event, intendedMs: event.intendedMs - 400 }
        : event
    }),
    'inconclusive',
    'were started over 250 ms late',
  ],
  'a service to lose before the first fault': [
    changing('complete', event => {
      const early = event.kind === 'complete' && event.op < 33
      const failed = { kind: 'fail', ended: 'refused', error: 'x' } as const
      return early ? { ...event, outcome: failed } : event
    }),
    'inconclusive',
    '2 ok answers of reads before the first fault, at least 10 needed',
  ],
  'operations overlapping each strike': [
    without(event => 'op' in event && event.op > 30 && event.op < 60),
    'inconclusive',
    'no operation was under way while cut(redis) was in force',
  ],
  'every workload under way during some strike': [
    events =>
      adding(...other)(
        without(({ kind, ...event }) => {
          return 'op' in event && event.op > 30 && event.op < 90
        })(events),
      ),
    'inconclusive',
    'no operation of reads was under way while any fault was in force',
  ],
  'traffic until recovery was judged': [
    changing('traffic', event => {
      return event.kind === 'traffic' && event.step === 'ended' ? { ...event, why: 'done' } : event
    }),
    'inconclusive',
    'the traffic of reads ended before the run did',
  ],
}

test('every demand has a row', () => {
  expect(Object.keys(rows).sort()).toEqual(demands.map(({ name }) => name).sort())
})

test.each(Object.entries(rows))('not held without %s', (demand, [change, word, text]) => {
  const reasons = concluded(change).reasons.filter(one => one.demand === demand)
  expect(reasons.map(one => one.word)).toContain(word)
  expect(reasons.map(one => one.text).join('\n')).toContain(text)
  expect(reasons.every(one => one.next !== undefined)).toBe(true)
})

const more: Record<string, readonly [Change, string]> = {
  'a strike that landed less than it must': [
    changing('fault', event =>
      ofStrike(event, 'cut', 'landed') ? { ...event, landed: 4 } : event,
    ),
    'was to touch at least 5, and touched 4',
  ],
  'a strike that landed less on one part than it must': [
    changing('fault', event => {
      return ofStrike(event, 'cut', 'landed') ? { ...event, landedOn: { a: 5, b: 1 } } : event
    }),
    'was to touch at least 2 of b, not 1',
  ],
  'a strike that cannot tell its parts apart': [
    changing('fault', event => {
      if (!ofStrike(event, 'cut', 'landed') || event.kind !== 'fault') return event
      const { landedOn: _, ...rest } = event
      return rest
    }),
    'cannot say how much it touched of each part',
  ],
  'a strike that does not say what it touched': [
    without(event => ofStrike(event, 'flush', 'landed')),
    'flush(redis) did not say what it touched',
  ],
  'a lasting strike in force too shortly': [
    changing('fault', event => {
      return ofStrike(event, 'cut', 'landed', 'healed') ? { ...event, atMs: 4_010 } : event
    }),
    'was to last 2000 ms, and lasted 5 ms',
  ],
  'a strike that says nothing of one of its parts': [
    changing('fault', event =>
      event.kind === 'fault' && event.strike === 'cut'
        ? { ...event, touches: ['a', 'b', 'c'] }
        : event,
    ),
    'was to touch at least 2 of c, not 0',
  ],
  'operations meant for the time of a strike and started after it': [
    changing('invoke', event => {
      const late = event.kind === 'invoke' && event.op > 34 && event.op < 56
      return late ? { ...event, atMs: 6_100 } : event
    }),
    'no operation was under way while cut(redis) was in force',
  ],
  'a course that is at 0 once all is healed': [
    endingAfter(70),
    'no operation of reads was under way after healing',
  ],
  'a finite workload that did nothing': [
    events =>
      planned({ workloads: [{ ...reads, finite: true }] })(without(event => 'op' in event)(events)),
    'reads made no operation at all',
  ],
  'calm weather in which the service never answered': [
    events =>
      planned({ strikes: [] })(
        changing('complete', event => {
          const failed = { kind: 'fail', ended: 'refused', error: 'x' } as const
          return event.kind === 'complete' ? { ...event, outcome: failed } : event
        })(without(({ kind }) => kind === 'fault')(events)),
      ),
    '0 ok answers of reads before the first fault, at least 10 needed',
  ],
  'two runs in one journal': [
    events => [...events, ...events.filter(({ kind }) => kind === 'run')],
    'the journal has 2 runs in it',
  ],
  'an operation that was answered twice': [
    events => [...events, ...events.filter(event => event.kind === 'complete' && event.op === 9)],
    'the journal has 1 operations or answers twice',
  ],
  'an operation that was started twice': [
    events => [...events, ...events.filter(event => 'op' in event && event.op === 9)],
    'operations or answers twice',
  ],
  'an end of a process long after the strike that may end it was healed': [
    events =>
      adding({ ...process, asked: false, code: 1, atMs: 7_100 })(
        changing('fault', event => {
          return ofStrike(event, 'cut', 'planned') ? { ...event, mayEnd: ['redis-1'] } : event
        })(events),
      ),
    'redis-1 ended by itself at 7100 ms',
  ],
  'a workload without any traffic': [
    without(event => 'workload' in event && event.workload === 'reads'),
    'there was no traffic of reads',
  ],
  'a workload of which nothing says when it began': [
    without(({ kind }) => kind === 'traffic'),
    'nothing says when the traffic of reads began',
  ],
  'phases that are out of order': [
    changing('phase', event => {
      return event.kind === 'phase' && event.phase === 'heal' ? { ...event, atMs: 2_000 } : event
    }),
    'not in their order',
  ],
  'a check of the plan that nobody judged': [
    planned({ checks: { kept: 'kept', order: 'in order' } }),
    "the checks differ from the run's: order was in order, and is not there",
  ],
  'a check that says something else than in the run': [
    planned({ checks: { kept: 'kept twice' } }),
    "the checks differ from the run's: kept was kept twice, and is kept",
  ],
}

test.each(Object.entries(more))('inconclusive for %s', (_, [change, text]) => {
  const { verdict, reasons } = concluded(change)
  expect(verdict).toBe('inconclusive')
  expect(reasons.map(one => one.text).join('\n')).toContain(text)
})

const explained: Record<string, Change> = {
  'a process whose end was asked for': adding({ ...process, asked: true, code: 0, atMs: 5_000 }),
  'a process that a strike may end': events =>
    adding({ ...process, asked: false, code: 1, atMs: 5_000 })(
      changing('fault', event => {
        return ofStrike(event, 'cut', 'planned') ? { ...event, mayEnd: ['redis-1'] } : event
      })(events),
    ),
  'a workload that is finite on purpose': events =>
    planned({ workloads: [{ ...reads, finite: true }] })(
      changing('traffic', event => {
        return event.kind === 'traffic' && event.step === 'ended'
          ? { ...event, why: 'done' }
          : event
      })(events),
    ),
  'a probe that did not hold during the fault': adding(),
}

test.each(Object.entries(explained))('held with %s', (_, change) => {
  expect(concluded(change).reasons).toEqual([])
})

test('phases may begin at the same moment', () => {
  const same = changing('phase', event => {
    return event.kind === 'phase' && event.phase === 'recover' ? { ...event, atMs: 8_000 } : event
  })
  expect(concluded(same).reasons).toEqual([])
})

test.each([
  [{ code: 3 }, 'with code 3; it left no log'],
  [{ signal: 'SIGKILL', log: 'bye' }, 'by SIGKILL; its log ends:\nbye'],
  [{}, 'with code unknown; it left no log'],
])('an end of a process that nobody asked for is told with what is known: %j', (how, text) => {
  const ended = adding({ ...process, asked: false, ...how, atMs: 5_000 })
  expect(concluded(ended).reasons[0]?.text).toContain(text)
})

test('a process that starts by itself has not ended', () => {
  const ready = adding({ ...process, step: 'ready', asked: false, atMs: 5_000 })
  expect(concluded(ready).reasons).toEqual([])
})

test('a strike explains an end at the moment it is planned', () => {
  const planned: Change = events =>
    adding({ ...process, asked: false, code: 1, atMs: 4_000 })(
      changing('fault', event => {
        return ofStrike(event, 'cut', 'planned') ? { ...event, mayEnd: ['redis-1'] } : event
      })(events),
    )
  expect(concluded(planned).reasons).toEqual([])
})

test('a strike that could not be healed is not told to be silent about it', () => {
  const stuck = changing('fault', event => {
    return ofStrike(event, 'cut', 'healed') ? { ...event, error: 'stuck' } : event
  })
  expect(concluded(stuck).reasons).toHaveLength(1)
})

test('what was left behind is told once, and not as an error of the lab too', () => {
  const left = adding({ kind: 'error', message: 'one is left', verdict: 'not-restored' })
  expect(concluded(left).reasons.map(({ word }) => word)).toEqual(['not-restored'])
})

test('a run without an end says how far it came', () => {
  const ended = (ms: number) => concluded(without(({ atMs = 0 }) => atMs >= ms)).reasons
  expect(ended(2_000)[0]?.text).toContain('it entered start, preflight, baseline')
  expect(concluded(without(({ kind }) => kind === 'phase')).reasons[0]?.text).toContain(
    'it entered none',
  )
})

test('a strike explains no end of a process before it', () => {
  const early: Change = events =>
    adding({ ...process, asked: false, code: 1, atMs: 3_500 })(
      changing('fault', event => {
        return ofStrike(event, 'cut', 'planned') ? { ...event, mayEnd: ['redis-1'] } : event
      })(events),
    )
  expect(concluded(early).verdict).toBe('inconclusive')
})

const witness = { what: 'it was late', entries: [40], atMs: 5_000 }
const late: JudgedCheck = { ...valid, word: 'invalid', story: 'late.', witness, timed: true }
const stall: Change = adding({ kind: 'stall', stalledMs: 900, atMs: 5_400 })

const boundaries: Record<string, readonly [Change, boolean]> = {
  'a strike that landed just as much as it must': [
    changing('fault', event =>
      ofStrike(event, 'cut', 'landed') ? { ...event, landed: 5 } : event,
    ),
    true,
  ],
  'a strike that landed just as much on one part as it must': [
    changing('fault', event => {
      return ofStrike(event, 'cut', 'landed') ? { ...event, landedOn: { a: 2, b: 4 } } : event
    }),
    true,
  ],
  'a lasting strike a little shorter than planned': [lasting(1_751), true],
  'a lasting strike of just the least time': [lasting(1_750), true],
  'a lasting strike too short by a millisecond': [lasting(1_749), false],
  'a lasting strike of just the longest time': [lasting(3_200), true],
  'a lasting strike too long by a millisecond': [lasting(3_201), false],
  'a momentary strike that says nothing of healing': [
    without(event => ofStrike(event, 'flush', 'healed')),
    true,
  ],
  'a lasting strike whose end is told by its healing alone': [
    events =>
      changing('fault', event =>
        ofStrike(event, 'cut', 'healed') ? { ...event, atMs: 7_900 } : event,
      )(without(event => ofStrike(event, 'cut', 'landed'))(events)),
    false,
  ],
}

function lasting(ms: number): Change {
  return changing('fault', event => {
    return ofStrike(event, 'cut', 'landed', 'healed') ? { ...event, atMs: 4_005 + ms } : event
  })
}

test.each(Object.entries(boundaries))('judges %s to the point', (_, [change, held]) => {
  const reasons = concluded(change).reasons.filter(({ demand }) => demand?.includes('strike'))
  expect(reasons.filter(({ text }) => !text.includes('did not say what')).length === 0).toBe(held)
})

test('a lasting strike that was never made is told once, and not as never healed', () => {
  const never = without(({ kind, ...event }) => kind === 'fault' && 'id' in event && event.id === 0)
  expect(concluded(never).reasons.map(({ text }) => text)).toEqual(['cut(redis) was never made'])
})

test('of a run that was cut short it is not told that its strikes were shorter', () => {
  const cut: Change = events => [
    ...lasting(10)(events).filter(({ atMs = 0 }) => atMs < 5_000),
    { kind: 'abort', reason: 'SIGINT', signal: 'SIGINT', atMs: 5_000 },
  ]
  expect(concluded(cut).reasons.map(({ demand }) => demand)).toEqual(['no abort'])
})

test('tells of the run what was asked, and when traffic flowed', () => {
  const asked: Change = changing('run', event =>
    event.kind === 'run'
      ? {
          ...event,
          commandMs: 400,
          defencesOff: ['retry'],
          faultsOff: true,
          planted: ['weeds'],
          proxy: 'toxiproxy',
        }
      : event,
  )
  expect(concluded(asked)).toMatchObject({
    experiment: 'made-up',
    title: 'Reads go on',
    seed: 1,
    runId: 'made-up',
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 12_200,
    startMs: 400 + 505,
    defencesOff: ['retry'],
    faultsOff: true,
    planted: ['weeds'],
    proxy: 'toxiproxy',
  })
  expect(concluded()).toMatchObject({
    defencesOff: [],
    faultsOff: false,
    planted: [],
    startMs: 505,
  })
  const nothing = conclude([], {}, [])
  expect(nothing).toMatchObject({
    experiment: 'unknown',
    seed: 0,
    durationMs: 0,
    defencesOff: [],
    faultsOff: false,
    planted: [],
    proxy: 'embedded',
    unprovable: [],
  })
  expect(nothing).not.toHaveProperty('startMs')
})

test('a check that no defence and no control breaks is told to be unprovable', () => {
  const proof = { name: 'retry', breaks: 'kept', mayAlsoBreak: [] }
  expect(concluded().unprovable).toEqual(['kept'])
  expect(concluded(planned({ defences: [proof] })).unprovable).toEqual([])
  expect(concluded(planned({ controls: [proof] })).unprovable).toEqual([])
})

test('the worst reason stands first', () => {
  const both: Change = events =>
    adding({ kind: 'abort', reason: 'slow' }, { kind: 'error', message: 'planted' })(events)
  expect(concluded(both, late).reasons.map(({ word }) => word)).toEqual([
    'error',
    'broken',
    'inconclusive',
  ])
})

test('an abort that no signal caused keeps the exit code of its verdict', () => {
  expect(concluded(adding({ kind: 'abort', reason: 'too many errors' })).exitCode).toBe(2)
})

test('an invalid check is broken', () => {
  expect(concluded(undefined, late)).toMatchObject({ verdict: 'broken', exitCode: 1 })
})

test('a stall of the lab that overlaps the witness of a check of time leaves it open', () => {
  const { verdict, reasons } = concluded(stall, late)
  expect(verdict).toBe('inconclusive')
  expect(reasons[0]?.text).toContain('the lab itself stood still for 900 ms meanwhile')
  expect(isShortOfTime({ reasons })).toBe(true)
})

test.each([
  ['begins as the last fault is healed', { stalledMs: 100, atMs: 8_102 }, true],
  ['begins behind that', { stalledMs: 100, atMs: 8_103 }, false],
  ['ends as the witness begins', { stalledMs: 100, atMs: 2_300 }, true],
  ['ends before it', { stalledMs: 100, atMs: 2_299 }, false],
])('a stall that %s', (_, { stalledMs, atMs }, open) => {
  const stalled = adding({ kind: 'stall', stalledMs, atMs })
  const index = heldJournal(stalled).findIndex(one => one.kind === 'invoke' && one.atMs === 2_300)
  const at23: JudgedCheck = { ...late, witness: { ...witness, entries: [index] } }
  expect(concluded(stalled, at23).verdict).toBe(open ? 'inconclusive' : 'broken')
})

test('a lab that was a little late does not excuse a system that is not restored', () => {
  const fallen = (lateMs: number) =>
    changing('probe', event => {
      const after = event.kind === 'probe' && event.when === 'after'
      return after ? { ...event, held: false, window: windowAt(lateMs) } : event
    })
  expect(concluded(fallen(100)).verdict).toBe('not-restored')
  expect(concluded(fallen(101)).verdict).toBe('inconclusive')
})

test.each([
  ['before', false, 101, ['steady before']],
  ['before', false, 0, ['steady before']],
  ['after', false, 0, ['steady after']],
  ['after', false, 101, ['a machine with time when recovery was judged']],
  ['after', true, 101, []],
  ['rolled-back', false, 0, ['steady rolled back']],
] as const)(
  'steadiness %s that held is %s, by a lab %i ms late, is told as %j alone',
  (when, held, lateMs, told) => {
    const change = changing('probe', event =>
      event.kind === 'probe' && event.when === when
        ? { ...event, held, window: windowAt(lateMs) }
        : event,
    )
    expect(concluded(change).reasons.map(({ demand }) => demand)).toEqual(told)
  },
)

test('an operation that the lab itself started late leaves a check of time open', () => {
  const started = (lateMs: number) =>
    changing('invoke', event =>
      event.kind === 'invoke' && event.op === 20
        ? { ...event, intendedMs: event.intendedMs - lateMs }
        : event,
    )
  const index = heldJournal().findIndex(one => one.kind === 'invoke' && one.op === 20)
  const slow: JudgedCheck = { ...late, witness: { ...witness, entries: [index] } }
  expect(concluded(started(100), slow).verdict).toBe('broken')
  expect(concluded(started(101), slow).reasons[0]?.text).toContain('started it 101 ms late')
})

test('a lab that was late with a twentieth of all during the faults leaves a check of time open', () => {
  const started = (share: number) =>
    changing('invoke', event =>
      event.kind === 'invoke' && event.op > 34 && event.op <= 34 + share
        ? { ...event, intendedMs: event.intendedMs - 150 }
        : event,
    )
  expect(concluded(started(2), late).verdict).toBe('broken')
  expect(concluded(started(3), late).reasons[0]?.text).toContain(
    'started a twentieth of all over 150 ms late',
  )
})

test('of two stalls the longer one is told', () => {
  const two = adding(
    { kind: 'stall', stalledMs: 900, atMs: 5_400 },
    { kind: 'stall', stalledMs: 300, atMs: 5_100 },
  )
  expect(concluded(two, late).reasons[0]?.text).toContain('900 ms')
})

test('control: a stall elsewhere, or of a check that is not about time, changes nothing', () => {
  const { timed: _, ...lost } = late
  expect(concluded(stall, lost).verdict).toBe('broken')
  const elsewhere = adding({ kind: 'stall', stalledMs: 100, atMs: 9_000 })
  expect(concluded(elsewhere, late).verdict).toBe('broken')
})

const sampled = (waitedMs: number, atMs: number, of = 'api-1'): Told => {
  return { kind: 'resources', of, figures: { waitedMs }, atMs }
}

test('a process that waited for a processor leaves a check of time open, and no other', () => {
  const starved = adding(sampled(100, 5_000), sampled(550, 6_000))
  expect(concluded(starved, late).reasons).toMatchObject([
    { text: expect.stringContaining('api-1 waited 450 ms of a second'), machine: true },
  ])
  const { timed: _, ...lost } = late
  expect(concluded(starved, lost).verdict).toBe('broken')
})

test.each([
  ['after healing', 'after'],
  ['after everything was undone', 'rolled-back'],
] as const)('a process that waited leaves open what did not hold %s', (_, when) => {
  const starved = (waitedMs: number): Change => {
    const add = adding(sampled(0, 11_000), sampled(waitedMs, 12_000))
    const fall = changing('probe', event =>
      event.kind === 'probe' && event.when === when
        ? { ...event, held: false, window: windowAt(0) }
        : event,
    )
    return events => add(fall(events))
  }
  expect(concluded(starved(401)).verdict).toBe('inconclusive')
  expect(concluded(starved(400)).verdict).toBe('not-restored')
})

test('a check that missed a planted lie leaves the question open', () => {
  const lies = { told: 2, found: 1, noPlace: 0, missed: ['takes one write out of the reads'] }
  const { verdict, reasons } = concluded(undefined, { ...valid, lies })
  expect(verdict).toBe('inconclusive')
  expect(reasons[0]?.text).toContain(
    'did not find a planted lie: it takes one write out of the reads',
  )
})

test('an unknown check leaves the question open', () => {
  expect(concluded(undefined, { ...valid, word: 'unknown' }).verdict).toBe('inconclusive')
})

test('a check that threw is an error', () => {
  expect(conclude(heldJournal(), { kept: valid }, ['check kept: boom']).verdict).toBe('error')
})

test('what was not restored outranks an error, and an error a broken promise', () => {
  const unhealed = changing('fault', event => {
    return ofStrike(event, 'cut', 'healed') ? { ...event, error: 'stuck' } : event
  })
  const failing = adding({ kind: 'error', message: 'planted' })
  expect(concluded(events => failing(unhealed(events)), late)).toMatchObject({
    verdict: 'not-restored',
    exitCode: 3,
  })
  expect(concluded(failing, late)).toMatchObject({ verdict: 'error', exitCode: 4 })
})

test('of a run that was cut short the reason is told, and not all that is missing after it', () => {
  const cutShort: Change = events => [
    ...events.filter(({ atMs = 0 }) => atMs < 5_000),
    { kind: 'error', message: 'planted', atMs: 5_000 },
  ]
  expect(concluded(cutShort).reasons.map(({ text }) => text)).toEqual(['planted'])
  const silent = without(({ atMs = 0 }) => atMs >= 5_000)
  expect(concluded(silent).reasons[0]?.text).toContain('the run did not come to its end')
})

test('an interruption ends with 130, and a machine that cannot run it with 5', () => {
  const interrupted = adding({ kind: 'abort', reason: 'SIGINT', signal: 'SIGINT' })
  expect(concluded(interrupted).exitCode).toBe(130)
  const unable = adding({ kind: 'error', message: 'no disk', verdict: 'unable' })
  expect(concluded(unable).exitCode).toBe(5)
})

test('times that go back show a journal that was put together', () => {
  const journal = heldJournal()
  const [first, second] = [journal[40], journal[60]]
  const swapped = journal.map(entry =>
    entry === first || entry === second
      ? { ...entry, atMs: (entry === first ? second : first)?.atMs ?? 0 }
      : entry,
  )
  const { verdict, reasons } = conclude(swapped, { kept: valid }, [])
  expect(verdict).toBe('inconclusive')
  expect(reasons[0]?.text).toContain('is earlier than the one before it')
})

test('a run that was interrupted, and of which something is left, does not end with 130', () => {
  const left = adding(
    { kind: 'abort', reason: 'SIGINT', signal: 'SIGINT' },
    { kind: 'error', message: 'two processes are left', verdict: 'not-restored' },
  )
  expect(concluded(left)).toMatchObject({ verdict: 'not-restored', exitCode: 3 })
})

test('an empty journal shows nothing', () => {
  expect(conclude([], {}, []).verdict).toBe('inconclusive')
})
