import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Entry, Event } from '../../journal/journal.ts'
import { DayReplay } from './day-replay.ts'
import { serveReplay } from './serve-replay.ts'

type Crew = Extract<Event, { kind: 'crew' }>
const crew = (act: Crew['act'], by = 'Ada', role: Crew['role'] = 'owner'): Event => {
  return { kind: 'crew', by, role, act }
}
const fault = (step: 'applied' | 'healed'): Event => ({
  ...{ kind: 'fault', step, id: 1, strike: 'injection-1', fault: 'pause', label: 'pause(redis)' },
  touches: ['redis'],
})
const measured = { traffic: {}, wire: {}, parts: {}, steady: {} }
const events: readonly (readonly [number, Event])[] = [
  [
    0,
    crew({
      ...{ did: 'opened', day: 'shop', title: 'A day', runId: 'r', seed: 1, at: 'now' },
      ...{ target: 'shop', workloads: [], steadyState: [], versions: {} },
    }),
  ],
  [1, crew({ did: 'joined' })],
  [2, { kind: 'sample', ...measured }],
  [
    3,
    crew({
      ...{ did: 'injected', strike: 1, form: 'pause', part: 'redis', settings: {} },
      ...{ label: 'pause(redis)', family: 'process', kind: 'lasting', despite: [] },
    }),
  ],
  [3, fault('applied')],
  [4, { kind: 'sample', ...measured }],
  [5, crew({ did: 'stopped', via: 'page', reason: 'enough' })],
  [6, fault('healed')],
  [7, crew({ did: 'released', reason: 'well' })],
  [8, { kind: 'sample', ...measured }],
]
const journal = events.map(([second, event], index): Entry => {
  return { ...event, index, atMs: 1_000 * second, source: 'lab' }
})

test('each moment is as it was, forwards and backwards, and blind for who was', () => {
  const replay = new DayReplay(journal)
  const seen = (second: number, role: 'observer' | 'responder' = 'observer') => {
    const { view, samples } = replay.moment(1_000 * second, role)
    const inForce = view.injections.filter(({ state }) => state === 'in force').length
    return [inForce, view.stop !== undefined && !view.stop.released, samples.length]
  }
  const forwards = [0, 2, 4, 5, 6, 8].map(second => seen(second))
  expect(forwards).toEqual([
    [0, false, 0],
    [0, false, 1],
    [1, false, 2],
    [1, true, 2],
    [0, true, 2],
    [0, false, 3],
  ])
  expect([8, 6, 5, 4, 2, 0].map(second => seen(second)).toReversed()).toEqual(forwards)
  expect(seen(4, 'responder')).toEqual([0, false, 2])
  const later = replay.moment(8_000, 'observer', 4_000).samples
  expect(later.map(({ atMs }) => atMs)).toEqual([8_000])
  expect(replay.marks.map(({ kind }) => kind)).toEqual(['fault', 'stop'])
  expect([replay.title, replay.toMs]).toEqual(['A day', 8_000])
})

test('a journal whose last line was cut is shown as far as it goes, and one that was changed is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  try {
    const file = join(folder, 'journal.jsonl')
    const lines = journal.map(entry => JSON.stringify(entry))
    await writeFile(file, `${lines.join('\n')}\n{"index":`)
    expect((await DayReplay.of(file)).toMs).toBe(8_000)
    await writeFile(file, `${lines.slice(0, 3).join('\n')}\n{"index":\n${lines[4]}\n`)
    await expect(DayReplay.of(file)).rejects.toMatchObject({ code: 'no-day' })
    await writeFile(file, `${lines[1]}\n`)
    await expect(DayReplay.of(file)).rejects.toMatchObject({ code: 'no-day' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('only who has the link sees it, and nothing can be done there', async () => {
  const report = async () => ({ html: 'page', markdown: 'text' })
  const replay = new DayReplay(journal)
  await using server = await serveReplay({ replay, files: new Map(), report, port: 0 })
  const { origin, hash } = new URL(server.link)
  const secret = hash.slice('#replay:'.length)
  const status = async (path: string, by: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${by}` }
    const answer = await fetch(origin + path, { ...init, headers })
    await answer.text()
    return answer.status
  }
  const moment = '/api/moment?atMs=4000&as=observer'
  for (const path of ['/api/replay', moment, '/api/report']) {
    expect([path, await status(path, secret)]).toEqual([path, 200])
    expect([path, await status(path, 'guessed')]).toEqual([path, 401])
  }
  expect(await status('/api/moment?atMs=-1&as=observer', secret)).toBe(400)
  expect(await status('/api/moment?atMs=1&as=owner', secret)).toBe(400)
  expect(await status('/api/act', secret, { method: 'POST' })).toBe(404)
})
