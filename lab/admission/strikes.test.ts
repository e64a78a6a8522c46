import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { after, at, type Strike, type StrikeOptions, when } from '../model/schedule.ts'
import type { LabSystem } from '../model/target.ts'
import { equals } from '../model/tolerances.ts'
import { namesOf, strikesOf, strikeTimes } from './strikes.ts'

const fault = (name: string): Strike['fault'] => ({
  name,
  label: `${name}()`,
  needs: [],
  kind: 'lasting',
  plan: async () => ({ undo: undefined, touches: [], apply: async () => ({ landed: () => 1 }) }),
})
const [cut, flush, weed] = [fault('cut'), fault('flush'), fault('weed')]
const ready = { name: 'ready', measure: async () => true }
const controls = [
  control<LabSystem>('weeds', { breaks: 'kept', strikes: [at('3s', weed)] }),
  control<LabSystem>('frost', { breaks: 'kept', strikes: [at('4s', fault('frost'))] }),
]
const namesIn = (strikes: readonly { readonly name: string }[]) => strikes.map(({ name }) => name)

test('a calm run makes no fault, not even a planted one', () => {
  const plan = { schedule: [at('1s', cut)], controls }
  expect(strikesOf(plan, { seed: 1, faultsOff: true, planted: ['weeds'] })).toEqual([])
})

test('a control adds its strikes behind the schedule, and only where it is planted', () => {
  const plan = { schedule: [at('1s', cut)], controls }
  expect(namesIn(strikesOf(plan, { seed: 1 }))).toEqual(['cut'])
  expect(namesIn(strikesOf(plan, { seed: 1, planted: ['weeds'] }))).toEqual(['cut', 'weed'])
})

test('each strike of a run has the name that it was given or numbered by', () => {
  const schedule = [at('1s', cut), at('2s', cut), at('3s', cut, { name: 'last' })]
  expect(namesIn(strikesOf({ schedule }, { seed: 1 }))).toEqual(['cut', 'cut-2', 'last'])
})

test('a strike that says no more must land once in all, and anything on each part', () => {
  const [plain, asked] = strikesOf(
    { schedule: [at('1s', cut), at('2s', flush, { for: '3s', least: 5, leastEach: 2 })] },
    { seed: 1 },
  )
  expect(plain).toMatchObject({ id: 0, movedMs: 0, least: 1, leastEach: 0 })
  expect(plain?.forMs).toBeUndefined()
  expect(asked).toMatchObject({ id: 1, forMs: 3_000, least: 5, leastEach: 2 })
})

test('the seed moves each strike on its own, evenly over all that it may', () => {
  const schedule = [at('1s', cut, { within: '1s' }), at('1s', flush, { within: '1s' })]
  const moved = Array.from({ length: 200 }, (_, seed) =>
    strikesOf({ schedule }, { seed }).map(({ movedMs }) => movedMs),
  )
  const firsts = moved.map(([first = Number.NaN]) => first)
  expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0)
  expect(Math.min(...firsts)).toBeLessThan(50)
  expect(Math.max(...firsts)).toBeLessThanOrEqual(1_000)
  expect(Math.max(...firsts)).toBeGreaterThan(950)
  expect(moved.filter(([first, second]) => first === second).length).toBeLessThan(5)
  expect(firsts.every(Number.isInteger)).toBe(true)
})

test('a strike added at the end leaves the moments of the others as they were', () => {
  const schedule = [at('1s', cut, { within: '1s' })]
  const [alone] = strikesOf({ schedule }, { seed: 7 })
  const [first] = strikesOf({ schedule: [...schedule, at('2s', flush)] }, { seed: 7 })
  expect(first?.movedMs).toBe(alone?.movedMs)
})

test('a strike without a name is numbered after others of its fault, named ones too', () => {
  const named = (name?: string) => at('1s', cut, name === undefined ? {} : { name })
  expect(namesOf([named(), named(), named()])).toEqual(['cut', 'cut-2', 'cut-3'])
  expect(namesOf([named('cut-again'), named()])).toEqual(['cut-again', 'cut-2'])
  expect(namesOf([named('cutting'), named()])).toEqual(['cutting', 'cut'])
  expect(namesOf([named('a'), at('1s', flush), named()])).toEqual(['a', 'flush', 'cut'])
})

const first = (options: StrikeOptions = {}) => at('1s', cut, { name: 'first', ...options })
const times = (...strikes: readonly Strike[]) => strikeTimes(strikes)

test('a strike at a moment comes then, or as much later as it may be moved', () => {
  expect(times(first({ within: '500ms', for: '2s' }))).toEqual([
    { earliestMs: 1_000, latestMs: 1_500, endMs: 3_500 },
  ])
})

test('a strike when a probe says so may come at once, or as late as it waits', () => {
  expect(times(when(ready, equals(true), cut, { atMost: '5s', for: '1s' }))).toEqual([
    { earliestMs: 0, latestMs: 5_000, endMs: 6_000 },
  ])
})

test('a strike after another counts from that one, wherever in the schedule it stands', () => {
  const late = after('first', '200ms', flush, { within: '10ms' })
  const expected = { earliestMs: 1_200, latestMs: 1_710, endMs: 1_710 }
  const moved = first({ within: '500ms', for: '2s' })
  expect(times(moved, late)[1]).toEqual(expected)
  expect(times(late, moved)[0]).toEqual(expected)
})

test('a strike after another was healed waits for its time in force besides', () => {
  const healed = after('first', '200ms', flush, { once: 'healed' })
  expect(times(first({ for: '2s' }), healed)[1]).toMatchObject({ earliestMs: 3_200 })
  expect(times(first(), healed)[1]).toMatchObject({ earliestMs: 1_200 })
})

test('strikes that wait for each other or for none that is there count from nothing', () => {
  const ring = times(after('b', '1s', cut, { name: 'a' }), after('a', '1s', cut, { name: 'b' }))
  expect(ring.every(({ latestMs }) => Number.isFinite(latestMs))).toBe(true)
  expect(times(after('thunder', '1s', cut))).toEqual([
    { earliestMs: 1_000, latestMs: 1_000, endMs: 1_000 },
  ])
  expect(times(after('thunder', '1s', cut, { once: 'healed' }))[0]).toMatchObject({ endMs: 1_000 })
  expect(times()).toEqual([])
})
