import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { writeReport } from './html.ts'
import { renderPage } from './page.ts'

async function scratch() {
  const folder = await mkdtemp(join(tmpdir(), 'report-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, [Symbol.asyncDispose]: remove }
}

describe('the HTML report', () => {
  test('is written from journal and verdict alone', async () => {
    await using run = await scratch()
    const lines = sampleRun().map(entry => JSON.stringify(entry))
    await writeFile(join(run.folder, 'journal.jsonl'), `${lines.join('\n')}\n`)
    await writeFile(join(run.folder, 'verdict.json'), JSON.stringify(sampleConclusion))
    const page = await readFile(await writeReport(run.folder), 'utf8')
    expect(page).toContain('order-371 was confirmed and is gone')
    expect(page).toContain('blackHole(replication)')
    expect(page).toContain('pnpm experiment redis-failover --seed 4711 --without confirmed-writes')
  })

  test('a verdict that is none is refused in words', async () => {
    await using run = await scratch()
    await writeFile(join(run.folder, 'journal.jsonl'), '')
    await writeFile(join(run.folder, 'verdict.json'), '{"verdict":"green"}')
    await expect(writeReport(run.folder)).rejects.toMatchObject({ code: 'verdict-broken' })
    await rm(join(run.folder, 'verdict.json'))
    await expect(writeReport(run.folder)).rejects.toMatchObject({ code: 'verdict-broken' })
  })

  test('asks for nothing from outside, and its policy says so', () => {
    const page = renderPage(sampleRun(), sampleConclusion)
    const outside = /<script|<link|<img|<iframe|@import|url\((?!#)|\s(?:src|href|style|on\w+)=/g
    expect(page.match(outside)).toBeNull()
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(page.match(/<style\b/g)).toHaveLength(1)
  })

  test('has a plot for a phone and one for a desk', () => {
    const page = renderPage(sampleRun(), sampleConclusion)
    expect(page.match(/viewBox="0 0 400 /g)).toHaveLength(8)
    expect(page.match(/viewBox="0 0 1080 /g)).toHaveLength(8)
  })

  test('says at its top what happened, and below what was promised', () => {
    const reasons = sampleConclusion.reasons.toSpliced(0, 1)
    const named = reasons.map(one => ({ ...one, check: 'kept' }))
    const page = renderPage(sampleRun(), { ...sampleConclusion, verdict: 'broken', reasons: named })
    expect(page).toContain('<h1>order-371 was confirmed and is gone</h1>')
    expect(page).toContain('<p>Not kept: A failover loses no confirmed write</p>')
    const held = renderPage(sampleRun(), { ...sampleConclusion, verdict: 'held', reasons: [] })
    expect(held).toContain('<h1>A failover loses no confirmed write</h1>')
  })

  test('whoever points at a plot sees its figures, and bands carry the number of their fault', () => {
    const page = renderPage(sampleRun(), sampleConclusion)
    expect(page).toMatch(/<title>9\.5 s: \d+ ok, \d+ failed, \d+ unknown, in 500 ms<\/title>/)
    expect(page).toContain('<title>redis-1 up, 0.3 to 11.4 s</title>')
    expect(page).toContain('class="key band-1">2 kill')
    expect(page).toContain('redis-2 → redis-1: blackHole(replication)')
  })

  test('of a run that died at once still tells why', () => {
    const reasons = [{ word: 'error', text: 'redis did not start' } as const]
    const page = renderPage([], { ...sampleConclusion, verdict: 'error', checks: {}, reasons })
    expect(page).toContain('redis did not start')
  })

  test('whatever a service says is text, never markup', () => {
    const hostile = fc.string().map(text => `<img src=x onerror="${text}">&'`)
    fc.assert(
      fc.property(hostile, text => {
        const reasons = [{ word: 'broken', text } as const]
        const page = renderPage(sampleRun(text), { ...sampleConclusion, title: text, reasons })
        expect(page).not.toContain('<img')
        expect(page).toContain('&lt;img src=x')
      }),
      { numRuns: 3 },
    )
  })
})
