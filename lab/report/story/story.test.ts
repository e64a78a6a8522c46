import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { logExcerpts, timeOf } from './log-excerpts.ts'
import { processLanes } from './process-lanes.ts'
import { requestStories } from './request-story.ts'
import { topologyOf } from './topology.ts'

const journal = sampleRun()

describe('the story of a request', () => {
  test('goes from its intended start over its own messages to its answer', () => {
    const [story, ...others] = requestStories(
      journal,
      sampleConclusion.checks.kept?.witness?.entries ?? [],
    )
    expect(others).toEqual([])
    expect(story).toMatchObject({ workload: 'checkout', key: 'order-371', intendedMs: 10_675 })
    expect(
      story?.steps.map(({ afterMs, where, what }) => [Math.round(afterMs), where, what]),
    ).toEqual([
      [0, 'lab', 'its intended start'],
      [0, 'lab', 'sent by client 3: ask'],
      [15, 'api-1>redis-1', '→ SET session:order-371'],
      [45, 'api-1>redis-1', '← WAIT READONLY'],
      [221, 'lab', 'may or may not have happened after 221 ms: refused: unconfirmed'],
    ])
  })

  test('a witness that names no operation has none', () => {
    expect(requestStories(journal, [0, 1, 1e9])).toEqual([])
  })

  test('of a request without an answer says so', () => {
    const cut = journal.filter(entry => entry.kind !== 'complete')
    const invoke = cut.findIndex(entry => entry.kind === 'invoke')
    const asIs = cut.map((entry, index) => ({ ...entry, index }))
    expect(requestStories(asIs, [invoke])[0]?.steps.at(-1)?.what).toBe('no answer until here')
  })
})

test('a process is a lane: starting, up, gone and there again, and how it ended unasked', () => {
  const lanes = processLanes(journal)
  expect(lanes.map(({ name }) => name)).toEqual(['proxy', 'redis-1', 'redis-2', 'api-1'])
  const states = lanes[1]?.spans.map(({ state, fromMs, toMs }) => [state, fromMs, toMs])
  expect(states).toEqual([
    ['starting', 200, 320],
    ['up', 320, 11_400],
    ['starting', 15_400, 15_520],
    ['up', 15_520, 23_200],
  ])
  expect(lanes[3]?.spans.at(-1)?.unasked).toBe('ended by itself, SIGKILL')
})

test('the topology stands from those who ask to those who answer, with what was hurt', () => {
  const { columns, links } = topologyOf(journal)
  expect(columns.map(column => column.map(({ name }) => name))).toEqual([
    ['client', 'redis-2'],
    ['api-1'],
    ['redis-1', 'postgres'],
  ])
  expect(columns[2]?.[0]?.hurtBy).toEqual(['kill(redis primary)'])
  expect(links.filter(({ hurtBy }) => hurtBy.length > 0)).toEqual([
    { consumer: 'redis-2', provider: 'redis-1', hurtBy: ['blackHole(replication)'] },
  ])
})

describe('excerpts of logs', () => {
  test('times are read as pino, Postgres, Redis and ISO write them', () => {
    const ms = Date.parse('2026-11-30T20:59:57.395Z')
    expect(timeOf(`{"level":30,"time":${ms},"msg":"x"}`)).toBe(ms)
    expect(timeOf('2026-11-30 20:59:57.395 UTC [1] LOG:  x')).toBe(ms)
    expect(timeOf('x 2026-11-30T20:59:57.395Z y')).toBe(ms)
    const local = new Date(2026, 10, 30, 20, 59, 57, 395).getTime()
    expect(timeOf('13141:C 30 Nov 2026 20:59:57.395 # x')).toBe(local)
    expect(timeOf('no time at all')).toBeUndefined()
  })

  test('have what was written around the moments, fit to print, and follow no link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-logs-'))
    const line = (atMs: number, msg: string) =>
      JSON.stringify({ level: 40, time: 1_000_000_000_000 + atMs, msg })
    const lines = [line(100, 'early'), line(5_000, 'near \u001b[31m'), line(9_000, 'late'), 'none']
    await writeFile(join(folder, 'api.log'), lines.join('\n'))
    await symlink('/etc/passwd', join(folder, 'other.log'))
    const startedAt = new Date(1_000_000_000_000).toISOString()
    const excerpts = await logExcerpts(folder, startedAt, [5_200])
    expect(excerpts).toMatchObject([{ file: 'api.log', lines: [{ atMs: 5_000 }] }])
    expect(excerpts[0]?.lines[0]?.text).toContain('warn near ·[31m')
    await rm(folder, { recursive: true })
  })
})
