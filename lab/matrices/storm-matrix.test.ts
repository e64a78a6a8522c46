import { expect, test } from 'vitest'
import { cellOf, storm } from '../model/storm.ts'
import { sampleRun } from '../report/sample-run.ts'
import { saying } from '../testing/counter-checks.ts'
import { adding, counter, killCounter, misbehave } from '../testing/counter-target.ts'
import { type StormResult, stormCells, stormResultOf, stormVerdict } from './storm-matrix.ts'
import { stormMatrixPage } from './storm-matrix-page.ts'
import { type Weather, weatherOf } from './weather.ts'

const calm: Weather = { during: 100, okShare: 1, p95BeforeMs: 20, p95DuringMs: 30 }
const held = { verdict: 'held', reasons: [] } as const

const words: Record<string, [Weather, string]> = {
  'as before': [calm, 'held'],
  'three times as slow, and that is little': [{ ...calm, p95DuringMs: 100 }, 'held'],
  'much slower': [{ ...calm, p95DuringMs: 900 }, 'degraded'],
  'a tenth refused': [{ ...calm, okShare: 0.9 }, 'degraded'],
  'most refused': [{ ...calm, okShare: 0.3 }, 'refused'],
  'nothing was due meanwhile': [{ ...calm, during: 0 }, 'inconclusive'],
}

test.each(Object.entries(words))('a run that held, %s', (_, [weather, word]) => {
  expect(stormResultOf(held, weather, 'runs/x').word).toBe(word)
})

test.each([
  ['broken', 'broken'],
  ['not-restored', 'broken'],
  ['inconclusive', 'inconclusive'],
  ['error', 'inconclusive'],
] as const)('a run that was %s is %s however calm it was', (verdict, word) => {
  const reasons = [{ word: verdict, text: 'check kept: 2 lost\nmore' }]
  const result = stormResultOf({ verdict, reasons }, calm, 'runs/x')
  expect(result).toEqual({ word, verdict, folder: 'runs/x', why: 'check kept: 2 lost' })
})

test('weather is what was due while the fault was in force, beside what was before', () => {
  const { during, okShare, p95BeforeMs, p95DuringMs } = weatherOf(sampleRun(), 'checkout')
  // 40 a second for the 6.5 s of the black hole.
  expect(during).toBe(260)
  expect(okShare).toBeGreaterThan(0.4)
  expect(okShare).toBeLessThan(0.8)
  expect(p95BeforeMs).toBeLessThan(40)
  expect(p95DuringMs).toBeGreaterThan(80)
})

const small = storm({
  title: 'Small storm',
  target: counter(),
  workloads: {
    adding: {
      workload: adding(),
      checks: { kept: saying('valid') },
      unfelt: { 'slow-peer': 'it calls no peer' },
    },
  },
  faults: {
    killed: { fault: killCounter(), for: '1s' },
    slow: { fault: misbehave('slow'), for: '1s' },
    'slow-peer': { fault: misbehave('half'), for: '1s' },
  },
})

test('a cell is run, not applicable or not run, each with its reason, and linked on the page', () => {
  const result: StormResult = {
    word: 'broken',
    verdict: 'broken',
    folder: 'runs/a@k/1',
    why: '<x>',
  }
  const cells = stormCells(
    small,
    new Map([['adding@killed', result]]),
    new Map([['adding@slow', 'needs root']]),
  )
  expect(cells.map(({ fault, state, why }) => [fault, state, why])).toEqual([
    ['killed', 'run', '<x>'],
    ['slow', 'not run', 'needs root'],
    ['slow-peer', 'not applicable', 'it calls no peer'],
  ])
  expect(stormVerdict(cells)).toBe('broken')
  expect(stormVerdict(cells.slice(1))).toBe('inconclusive')
  const page = stormMatrixPage('Small', cells, '')
  expect(page).toContain(
    '<td class="broken" title="&lt;x&gt;"><a href="a%40k/1/report.html">broken</a></td>',
  )
  expect(page).toContain('<td class="none" title="it calls no peer">n/a</td>')
})

test('a cell is an experiment of its own, and there is none for a name that is not in the storm', () => {
  const cell = cellOf(small, 'adding@killed')
  expect(cell?.schedule).toMatchObject([{ name: 'killed', for: '1s' }])
  expect(cellOf(small, 'adding@constructor')).toBeUndefined()
  expect(cellOf(small, 'adding')).toBeUndefined()
})
