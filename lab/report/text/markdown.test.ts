import { describe, expect, test } from 'vitest'
import { sampleConclusion } from '../sample-run.ts'
import { markdownSummary } from './markdown.ts'

const held = { ...sampleConclusion, verdict: 'held', reasons: [], checks: {} } as const

describe('the Markdown summary', () => {
  test('counts what held, and gives reasons and witnesses of the rest', () => {
    const summary = markdownSummary([held, sampleConclusion])
    expect(summary).toContain('1 of 2 held')
    expect(summary).toContain(
      '| redis-failover | ✗ not-restored | A failover loses no confirmed write | 1 / 3 | 4711 | 23.2 s |',
    )
    expect(summary).toContain('**broken**: check kept: 2 lost')
    expect(summary).toContain('witness of kept: order-371 was confirmed and is gone')
    expect(summary).toContain('pnpm experiment redis-failover --seed 4711')
  })

  test('says what was not run and what brings it, and what came to no verdict', () => {
    const notRun = [{ name: 'disk-full', why: 'needs limited-disk: run as root', fails: false }]
    const summary = markdownSummary([held], { missing: ['gone'], notRun })
    expect(summary).toContain('1 of 2 held')
    expect(summary).toContain('| disk-full | – not run | needs limited-disk: run as root |')
    expect(summary).toContain('**gone** came to no verdict')
  })

  test('what a service says cannot draw tables or tags', () => {
    const reasons = [{ word: 'error', text: 'a | b\n<img src=x> `c`' } as const]
    const summary = markdownSummary([{ ...sampleConclusion, reasons }])
    expect(summary).toContain('a \\| b \\<img src=x\\> \\`c\\`')
  })
})
