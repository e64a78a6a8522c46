import { expect, test } from 'vitest'
import type { Entry, Event } from '../../journal/journal.ts'
import { tellDay } from './day-story.ts'
import { markdownOf } from './markdown.ts'
import { pageOfDay } from './page.ts'

const script = '<script>alert(1)</script>'

/** A journal of a day, each event with its second. */
function dayOf(events: readonly (readonly [second: number, event: Event])[]): readonly Entry[] {
  return events.map(([second, event], index) => {
    return { ...event, index, atMs: 1_000 * second, source: 'lab' }
  })
}

type Crew = Extract<Event, { kind: 'crew' }>
const crew = (act: Crew['act'], by = 'Ada', role: Crew['role'] = 'owner'): Event => {
  return { kind: 'crew', by, role, act }
}
const fault = (step: 'applied' | 'landed' | 'healed', landed?: number): Event => ({
  ...{ kind: 'fault', step, id: 1, strike: 'injection-1', fault: 'pause', label: 'pause(redis)' },
  touches: ['redis'],
  ...(landed !== undefined && { landed }),
})
const sample = (held: boolean): Event => ({
  kind: 'sample',
  ...{
    traffic: { buying: [10, 0, 0, 5, 9] },
    wire: {},
    parts: {},
    steady: { 'all is well': held },
  },
})
const opened = crew({
  ...{ did: 'opened', day: 'shop', title: `A day ${script}`, runId: 'r', seed: 1, at: 'now' },
  ...{ target: 'shop', workloads: [], versions: {} },
  steadyState: [{ sentence: 'all is well', expected: 'yes' }],
})
const card = crew({
  ...{ did: 'expected', card: 'card-1', seal: 'abc' },
  expectation: {
    ...{ impact: `none ${script}`, alert: '', alertWithinMinutes: 0 },
    ...{ response: 'we look', wayBack: 'by itself' },
  },
})
const injected = (more: object = {}) =>
  crew({
    ...{ did: 'injected', strike: 1, form: 'pause', part: 'redis', settings: {} },
    ...{ label: 'pause(redis)', family: 'process', kind: 'lasting', despite: [] },
    ...more,
  })

const lived = (steady: readonly boolean[], landed = 5, more: object = { card: 'card-1' }) =>
  dayOf([
    [0, opened],
    [1, card],
    [2, sample(true)],
    [3, injected(more)],
    [3, fault('applied')],
    [4, fault('landed', landed)],
    ...steady.slice(0, 3).map((held, i): [number, Event] => [5 + i, sample(held)]),
    [8, fault('healed')],
    ...steady.slice(3).map((held, i): [number, Event] => [9 + i, sample(held)]),
  ])

test('what held is held, what fell and stayed is broken, what proves nothing is inconclusive', () => {
  const word = (journal: readonly Entry[]) => tellDay(journal).injections[0]?.word
  expect(word(lived([true, true, true, true]))).toBe('held')
  expect(word(lived([true, false, false, true]))).toBe('held')
  expect(word(lived([true, false, false, false]))).toBe('broken')
  expect(word(lived([true, true, true, true], 0))).toBe('inconclusive')
  expect(word(lived([true, true, true, true], 5, {}))).toBe('inconclusive')
  expect(word(lived([]))).toBe('inconclusive')
})

test('times to notice by a check and by people, and to recover, count from the fault and the heal', () => {
  const journal = lived([true, false, false, false, true])
  const noticed = crew({ did: 'noticed', believes: 'Redis is frozen' }, 'Rob', 'responder')
  const later = [...journal, ...dayOf([[10, noticed]])]
  const [told] = tellDay(later).injections
  expect(told?.effects).toEqual([
    { sentence: 'all is well', state: 'fell', fellAfterMs: 3_000, backAfterMs: 2_000 },
  ])
  expect(told?.noticed).toMatchObject({ by: 'Rob', atMs: 10_000 })
  expect(told?.surprises).toEqual(['"all is well" fell'])
  expect(tellDay(journal).injections[0]?.surprises).toContain('nobody noticed')
})

test('a report shows surprises first, tasks apart, and no text of people as markup', () => {
  const story = tellDay([
    ...lived([true, false, true, true], 0),
    ...dayOf([
      [11, crew({ did: 'noted', note: 'n1', type: 'fact', text: `seen ${script} | more` })],
      [
        12,
        crew({
          did: 'noted',
          note: 'n2',
          type: 'follow-up',
          text: 'mend it',
          owner: 'Bob',
          due: '2027-01-01',
        }),
      ],
    ]),
  ])
  const [page, markdown] = [pageOfDay(story), markdownOf(story)]
  for (const text of [page, markdown]) {
    expect(text).not.toContain('<script')
    expect(text.indexOf('it touched nothing')).toBeGreaterThan(0)
    expect(text.indexOf('it touched nothing')).toBeLessThan(text.indexOf('we look'))
    expect(text.indexOf('mend it')).toBeGreaterThan(text.indexOf('What is to be done'))
    expect(text).toContain('Bob')
  }
  expect(markdown).toContain('[ ] follow-up: mend it')
})

test('alerts that fired, came late, stayed silent or had no cause are told; without monitoring nothing is', () => {
  const expecting = (alert: string) =>
    crew({
      ...{ did: 'expected', card: 'card-1', seal: 'abc' },
      expectation: { impact: 'some', alert, alertWithinMinutes: 0.1, response: 'r', wayBack: 'w' },
    })
  const firing = (...names: readonly string[]): Event => ({
    kind: 'alerts',
    active: names.map(name => ({ name, state: 'firing', labels: { instance: 'shop-1' } })),
  })
  const day = (alert: string, looks: readonly (readonly [number, Event])[]) =>
    tellDay([
      ...lived([true, true, true, true]).map(entry =>
        entry.kind === 'crew' && entry.act.did === 'expected'
          ? { ...entry, ...expecting(alert) }
          : entry,
      ),
      ...dayOf(looks),
    ])
  const told = day('queue is old', [
    [1, firing('Disk')],
    [2, firing()],
    [5, firing('QueueIsOld')],
    [10, firing()],
  ])
  const [injection] = told.injections
  expect(injection?.alerts).toEqual([
    { name: 'QueueIsOld', afterMs: 2_000, resolvedAfterMs: 2_000 },
  ])
  expect(injection?.surprises).toEqual([])
  for (const text of [pageOfDay(told), markdownOf(told)]) {
    expect(text).toContain('QueueIsOld after 2.0 s, resolved 2.0 s after the heal')
    expect(text).toContain('Disk shop-1 at 00:00:01: nothing was in force')
  }
  const surprises = (alert: string, at: number) =>
    day(alert, [[at, firing('QueueIsOld')]]).injections[0]?.surprises
  expect(surprises('QueueIsOld', 12)).toEqual(['"QueueIsOld" fired after 9 s, later than expected'])
  expect(surprises('Breaker', 5)).toEqual([
    'the alert "Breaker" did not fire',
    'nobody had expected the alerts QueueIsOld',
  ])
  expect(day('Breaker', []).injections[0]).toMatchObject({ alerts: undefined, surprises: [] })
})
