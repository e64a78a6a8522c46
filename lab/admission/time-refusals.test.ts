import { expect, test } from 'vitest'
import type { Duration } from '../base/duration.ts'
import type { Experiment } from '../model/experiment.ts'
import { after, at, type Strike, when } from '../model/schedule.ts'
import { equals } from '../model/tolerances.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import { type CounterSystem, killCounter } from '../testing/counter-target.ts'
import { durationRefusals, timeRefusals } from './time-refusals.ts'

type Schedule = readonly Strike<CounterSystem>[]
const of = (schedule: Schedule, changes: Partial<Experiment<CounterSystem>> = {}) =>
  timeRefusals(counterExperiment({ schedule, ...changes }))
const codes = (schedule: Schedule, changes: Partial<Experiment<CounterSystem>> = {}) =>
  of(schedule, changes).map(({ code }) => code)
const momentary = { ...killCounter(), kind: 'momentary' as const }
const ready = { name: 'ready', measure: async () => true }
const { label } = killCounter()

/** A time as somebody may write it who has no compiler. */
function unitless(): Duration {
  const times: { odd: Duration } = { odd: '1s' }
  Reflect.set(times, 'odd', 5)
  return times.odd
}

test('names each field of a strike whose time has no unit', () => {
  const odd = unitless()
  const schedule = [
    at(odd, killCounter(), { for: odd, within: odd }),
    after('cut', odd, killCounter()),
    when(ready, equals(true), killCounter(), { atMost: odd }),
  ]
  expect(durationRefusals(counterExperiment({ schedule })).map(one => one.expected)).toEqual(
    ['at', 'within', 'for', 'delay', 'atMost'].map(
      field => `${field} of ${label} to be a duration such as '250ms', '5s' or '2m'`,
    ),
  )
})

test('times with their units, and those left out, are not refused', () => {
  const schedule = [
    at('1s', killCounter(), { for: '1s', within: '5ms' }),
    after('cut', '1s', killCounter()),
    when(ready, equals(true), killCounter(), { atMost: '2m' }),
  ]
  expect(durationRefusals(counterExperiment({ schedule }))).toEqual([])
})

test('a duration may end with the schedule, and not a millisecond before it', () => {
  const schedule = [at('1s', killCounter(), { for: '1s' })]
  expect(codes(schedule, { duration: '2000ms' })).toEqual([])
  expect(codes(schedule, { duration: '1999ms' })).toEqual(['too-short'])
})

test('a momentary fault needs no time, and may not ask for any', () => {
  expect(codes([at('1s', momentary)])).toEqual([])
  expect(of([at('1s', momentary, { for: '2s' })])).toMatchObject([
    { code: 'cannot-last', found: 'for: 2s' },
  ])
})

test('a lasting fault is in force for at least 100 ms, whatever comes after it', () => {
  expect(codes([at('1s', killCounter(), { for: '100ms' })])).toEqual([])
  expect(of([at('1s', killCounter(), { for: '99ms' })], { duration: '9s' })).toMatchObject([
    { code: 'hardly-in-force', found: 'for: 99ms' },
  ])
})

test('a lasting fault without an end is in force until healing, as late as it may come', () => {
  const schedule = [at('1s', killCounter(), { within: '400ms' })]
  expect(codes(schedule, { duration: '1500ms' })).toEqual([])
  expect(of(schedule, { duration: '1499ms' })).toMatchObject([
    { code: 'hardly-in-force', found: 'no "for", and 99 ms until healing' },
  ])
})

const named = (name: string, awaited: string) => {
  return after<CounterSystem>(awaited, '1s', killCounter(), { name, for: '1s' })
}
const root = at('1s', killCounter(), { name: 'root', for: '1s' })

test('a strike may wait for one that waits for one that comes', () => {
  expect(codes([named('c', 'b'), named('b', 'root'), root])).toEqual([])
})

test('a strike that waits for one that is not there is told its name, through others too', () => {
  const found = of([named('b', 'thunder'), named('c', 'b'), root])
  expect(found).toMatchObject([
    { code: 'waits-for-ever', found: 'thunder' },
    { code: 'waits-for-ever', found: 'thunder' },
  ])
})

test('strikes that wait for each other are told so, and one that waits for itself', () => {
  const ring = of([named('a', 'b'), named('b', 'a'), named('c', 'a'), root])
  expect(ring.map(({ found }) => found)).toEqual([
    'it waits for itself, by b',
    'it waits for itself, by a',
    'it waits for itself, by a',
  ])
  expect(of([named('a', 'a')])).toMatchObject([{ found: 'it waits for itself, by a' }])
})
