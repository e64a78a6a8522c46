import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { conclusion } from '../testing/conclusion.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { indexPage } from './index-page.ts'
import type { PastProof } from './past-proofs.ts'
import type { PastRun } from './past-runs.ts'

function run(experiment: string, minute: number, changes: Partial<Conclusion> = {}): PastRun {
  const startedAt = `2026-03-01T00:0${minute}:00.000Z`
  const folder = `runs/${experiment}/2026-03-01T00-0${minute}-00-000Z`
  return { folder, conclusion: conclusion({ experiment, startedAt, ...changes }) }
}

const broken = run('killed', 2, {
  verdict: 'broken',
  reasons: [{ word: 'broken', text: 'check kept: 2 lost <b>' }],
})
const proof: PastProof = {
  experiment: 'killed',
  startedAt: '2026-03-01T00:00:00.000Z',
  proved: false,
  file: 'runs/killed/proofs/1.json',
  proofs: [
    {
      claim: {
        kind: 'defence',
        name: 'durable',
        off: ['durable'],
        breaks: 'kept',
        mayAlsoBreak: [],
      },
      proved: true,
      problems: [],
      witness: { what: 'id-1 was lost', atMs: 1_500 },
    },
    {
      claim: { kind: 'control', name: 'weeds', off: [], breaks: 'kept', mayAlsoBreak: [] },
      proved: false,
      problems: ['kept is valid'],
    },
  ],
}

function page(runs: readonly PastRun[]) {
  return indexPage(
    {
      runs,
      proofs: [proof],
      ledgers: new Map(),
      unreadable: [{ file: 'runs/x/verdict.json', why: 'half a file' }],
      of: () => ({ runs: [], proofs: [], soaked: [] }),
    },
    { overviews: [], families: new Map([['killed', 'counters']]) },
  )
}

const runs = [run('killed', 1), broken, run('killed', 3, { defencesOff: ['durable'] })]

test('shows each run with its report, and the last green one beside the last as it is', () => {
  const text = page(runs)
  expect(text).toContain('href="killed/2026-03-01T00-02-00-000Z/report.html"')
  expect(text.match(/<tr class="run /g)).toHaveLength(3)
  expect(text).toContain('<tr class="run held" data-experiment="killed" data-kind="changed">')
  expect(text).toMatch(
    /counters.*broken<\/span> <a[^>]*>2026-03-01 00:02:00.*00:01:00.*held → broken/s,
  )
  expect(text).toContain('check kept: 2 lost &lt;b&gt;')
  expect(text).toContain('runs/x/verdict.json cannot be read: half a file')
  expect(text).toContain('1 of 2 proved')
  expect(text).toContain('1.5 s: id-1 was lost')
})

test('filters by its style alone, and asks for nothing from outside', () => {
  const text = page([...runs, run('a"]}</style><script>', 4)])
  expect(text).not.toContain('<script')
  expect(text.match(/<style>/g)).toHaveLength(1)
  const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(text).toContain(`style-src 'sha256-${hash}'`)
  expect(style).toContain(
    'body:has(#by-verdict option[value="2"]:checked) .run:not(.broken) { display: none; }',
  )
  expect(style).toContain('option[value="1"]:checked) .run:not([data-experiment="killed"])')
})
