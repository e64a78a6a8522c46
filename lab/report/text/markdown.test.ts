import { describe, expect, test } from 'vitest'
import { sampleConclusion } from '../sample-run.ts'
import { markdownSummary } from './markdown.ts'

const held = { ...sampleConclusion, verdict: 'held', reasons: [], checks: {} } as const

describe('the Markdown summary', () => {
  test('counts what held, and gives reasons and witnesses of the rest', () => {
    const summary = markdownSummary([held, sampleConclusion])
    expect(summary).toContain('1 of 2 held')
    expect(summary).toContain('| redis-failover | ✗ not-restored | 1 / 3 | 4711 | 23.2 s |')
    expect(summary).toContain('**broken**: check kept: 2 lost')
    expect(summary).toContain('witness of kept: order-371 was confirmed and is gone')
    expect(summary).toContain('pnpm experiment redis-failover --seed 4711')
  })

  test('what a service says cannot draw tables or tags', () => {
    const reasons = [{ word: 'error', text: 'a | b\n<img src=x> `c`' } as const]
    const summary = markdownSummary([{ ...sampleConclusion, reasons }])
    expect(summary).toContain('a \\| b \\<img src=x\\> \\`c\\`')
  })
})
