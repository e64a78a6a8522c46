import { expect, test } from 'vitest'
import type { Told } from '../checkers/shared/journal-of.ts'
import { heldJournal, heldPlan } from '../testing/held-journal.ts'
import { conclude } from './conclude.ts'
import { demands } from './demands.ts'
import { isShortOfTime } from './short-of-time.ts'

type Change = (event: Told) => Told | undefined
const failed = { kind: 'fail', ended: 'refused', error: 'x' } as const

/** What the demand of this name says of the held run, changed. */
function told(demand: string, change: Change): readonly string[] {
  const journal = heldJournal(events => events.flatMap(event => change(event) ?? []))
  const { reasons } = conclude(journal, {}, [])
  return reasons.filter(one => one.demand === demand).map(({ text }) => text)
}

const planned =
  (workload: Partial<(typeof heldPlan.workloads)[number]>, then: Change = event => event): Change =>
  event => {
    if (event.kind !== 'run') return then(event)
    const workloads = heldPlan.workloads.map(one => ({ ...one, ...workload }))
    return { ...event, plan: { ...heldPlan, workloads } }
  }
/** Operations from this number on are left out. */
const only = (count: number): Change => {
  return event => ('op' in event && event.op >= count ? undefined : event)
}
/** Before the first fault, at 4 s, 35 operations are answered; all but these fail. */
const okBefore = (count: number): Change => {
  return event =>
    event.kind === 'complete' && event.op >= count ? { ...event, outcome: failed } : event
}

test('a workload may make an operation and a twentieth less than planned, and no more', () => {
  expect(told('every workload at its rate', only(109))).toEqual([])
  expect(told('every workload at its rate', only(108))).toHaveLength(1)
  expect(told('every workload at its rate', planned({ finite: true }, only(50)))).toEqual([])
})

test.each(['began', 'ended'])('a workload must say when it %s', step => {
  const silent: Change = event =>
    event.kind === 'traffic' && event.step === step ? undefined : event
  expect(told('every workload at its rate', silent)[0]).toContain('nothing says when')
})

const late = (count: number, lateMs: number): Change => {
  return event =>
    event.kind === 'invoke' && event.op < count
      ? { ...event, intendedMs: event.intendedMs - lateMs }
      : event
}

test('a tenth of the operations may be late, and 250 ms are not late yet', () => {
  expect(told('every workload on time', late(11, 251))).toEqual([])
  expect(told('every workload on time', late(12, 251))).toHaveLength(1)
  expect(told('every workload on time', late(100, 250))).toEqual([])
})

const before = 'a service to lose before the first fault'

test('ten ok answers before the first fault are enough', () => {
  expect(told(before, okBefore(10))).toEqual([])
  expect(told(before, okBefore(9))).toHaveLength(1)
})

test('of a rare workload half of what is planned by then is enough', () => {
  const rare = { rates: [{ fromMs: 0, perSecond: 4 }] }
  expect(told(before, planned(rare, okBefore(7)))).toEqual([])
  expect(told(before, planned(rare, okBefore(6)))[0]).toContain('at least 7 needed')
})

test('an answer at the very moment of the first fault is not before it', () => {
  const often = { rates: [{ fromMs: 0, perSecond: 100 }] }
  const cutAt = (ms: number): Change =>
    planned(often, event => {
      const cut = event.kind === 'fault' && event.strike === 'cut' && event.step === 'planned'
      return cut ? { ...event, atMs: ms } : okBefore(10)(event)
    })
  // The tenth operation is answered at 1,405 ms.
  expect(told(before, cutAt(1_405))).toHaveLength(1)
  expect(told(before, cutAt(1_406))).toEqual([])
})

test('traffic that is finite on purpose must have made an operation, and nothing more', () => {
  expect(told(before, planned({ finite: true }, okBefore(0)))).toEqual([])
  expect(told(before, planned({ finite: true }, only(0)))).toEqual([
    'reads made no operation at all',
  ])
})

test('a run without a fault needs its ok answers before the faults would have begun', () => {
  const calm = (count: number): Change => {
    return event => (event.kind === 'fault' ? undefined : okBefore(count)(event))
  }
  expect(told(before, calm(10))).toEqual([])
  expect(told(before, calm(9))).toHaveLength(1)
})

const overlapping = 'operations overlapping each strike'
/** No operation from 3,505 ms, the answer of the last before, to 6,500 ms, the next start. */
const gap =
  (step: string, atMs: number): Change =>
  event => {
    if ('op' in event && event.op > 30 && event.op < 60) return undefined
    const own = event.kind === 'fault' && event.strike === 'cut' && event.step === step
    return own ? { ...event, atMs } : event
  }

test('an operation answered as the strike begins overlaps it, and one before does not', () => {
  expect(told(overlapping, gap('planned', 3_505))).toEqual([])
  expect(told(overlapping, gap('planned', 3_506))).toHaveLength(1)
})

test('an operation due as the strike is healed does not overlap it, and one before does', () => {
  expect(told(overlapping, gap('healed', 6_500))).toHaveLength(1)
  expect(told(overlapping, gap('healed', 6_501))).toEqual([])
})

test('a strike that was never made is not told to be without traffic', () => {
  const never: Change = event =>
    event.kind === 'fault' && event.strike === 'cut' && event.step !== 'planned'
      ? undefined
      : gap('planned', 4_000)(event)
  expect(told(overlapping, never)).toEqual([])
})

test('a run is made again only for what a machine short of time can cause', () => {
  expect(demands.filter(({ ofMachine }) => ofMachine).map(({ name }) => name)).toEqual([
    'a machine with time when recovery was judged',
    'every lasting strike in force for its time',
    'every workload at its rate',
    'every workload on time',
  ])
})

test.each([
  ['too few operations', only(100), true],
  ['operations that were late', late(60, 300), true],
  ['no ok answer before the first fault', okBefore(0), false],
] as const)('a run of %s may be made again, or not', (_, change, again) => {
  const journal = heldJournal(events => events.flatMap(event => change(event) ?? []))
  const { reasons } = conclude(journal, {}, [])
  const traffic = reasons.filter(({ demand }) => demand !== undefined)
  expect(traffic).not.toEqual([])
  expect(isShortOfTime({ reasons: traffic })).toBe(again)
})

test('of a run that was cut short it is not told how its traffic was', () => {
  const poor: Change = event => {
    if ((event.atMs ?? 0) > 5_000) return undefined
    const done = late(100, 300)(event) ?? event
    return done.kind === 'complete' ? { ...done, outcome: failed } : gap('planned', 4_000)(done)
  }
  const journal = heldJournal(events => events.flatMap(event => poor(event) ?? []))
  expect(conclude(journal, {}, []).reasons.map(({ demand }) => demand)).not.toContain(before)
  expect(told('every workload on time', poor)).toEqual([])
  expect(told(overlapping, poor)).toEqual([])
})
