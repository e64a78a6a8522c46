import { describe, expect, test } from 'vitest'
import { type BenchResults, renderBenchPage } from './bench-page.ts'
import { meetsGoal } from './ratio-chart.ts'

const results: BenchResults = {
  title: 'Proxy against the original',
  words: 'Ratios to the original; less than one is better where it costs.',
  machine: { processors: '2 × <some> processor' },
  rows: [
    { name: 'CPU per GET', least: 0.6, median: 0.7, most: 0.75, goal: 0.85, better: 'less' },
    { name: 'bulk throughput', least: 1.1, median: 1.2, most: 1.4, goal: 1.5, better: 'more' },
    { name: 'not bounded', least: 0.9, median: 1, most: 1.2, better: 'less' },
  ],
}

describe('the page of a benchmark', () => {
  test('counts goals met, and says which were not', () => {
    const page = renderBenchPage(results)
    expect(page).toContain('1 of 2 goals met')
    expect(page).toMatch(/bulk throughput<\/td>[^✓]*✗/)
    expect(page).toContain('2 × &lt;some&gt; processor')
    expect(page).not.toMatch(/<script|\sstyle=|\ssrc=/)
  })

  test('which side of a goal is good depends on the measure', () => {
    expect(results.rows.map(meetsGoal)).toEqual([true, false, undefined])
  })
})
