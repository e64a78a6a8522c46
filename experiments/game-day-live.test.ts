import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type DayClient, dayClient } from '../targets/testing/day-client.ts'
import { heldDay } from '../targets/testing/held-day.ts'

const root = join(import.meta.dirname, '..')
const latency = (delay: string) => ({
  ...{ do: 'inject', form: 'latency', part: 'client>counter', anyway: true, leaseSeconds: 300 },
  settings: { delay, jitter: '0ms', connections: 'all' },
})
const seen = (client: DayClient) =>
  client.view().then(({ injections }) =>
    injections.map(({ settings, step, state, healedWhy }) => {
      return [settings.delay, step, state, healedWhy]
    }),
  )
const eventually = { timeout: 120_000, interval: 500 }

/** Processes whose command line has this in it. */
function processesOf(text: string): number {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 2 ** 24 })
  return all.split('\n').filter(line => line.includes(text)).length
}

test('a ramp climbs step by step and ends with a stop; what was injected becomes an experiment that runs from the page', {
  timeout: 600_000,
}, async () => {
  await using day = await heldDay('rehearsal')
  const ada = await dayClient(day.link('owner'), 'Ada')
  const ramp = { field: 'delay', to: '300ms', steps: 3, stepSeconds: 2 }
  const wrong = await ada.try({ ...latency('100ms'), ramp: { ...ramp, to: '5s' } })
  expect([wrong.status, wrong.said]).toEqual([409, expect.stringContaining('one unit')])
  await ada.act({ ...latency('100ms'), ramp })
  await expect
    .poll(() => seen(ada), eventually)
    .toEqual([
      ['100ms', 1, 'over', 'ramp'],
      ['200ms', 2, 'over', 'ramp'],
      ['300ms', 3, 'in force', undefined],
    ])

  // A stop in the middle: no further step comes after it.
  await ada.act({ ...latency('100ms'), ramp: { ...ramp, stepSeconds: 4 } })
  await ada.act({ do: 'stop' })
  await ada.act({ do: 'release', reason: 'seen' })
  await new Promise(resolve => setTimeout(resolve, 6_000))
  expect((await seen(ada)).slice(2)).toEqual([
    ['300ms', 3, 'over', 'stop'],
    ['100ms', 1, 'over', 'stop'],
  ])

  await ada.act({ do: 'save', strike: 3 })
  const file = 'experiments/from-game-days/latency-client-counter-3.ts'
  try {
    expect(await readFile(join(root, file), 'utf8')).toContain('"300ms"')
    await ada.act({ do: 'run', experiment: 'latency-client-counter-3' })
    const twice = await ada.try({ do: 'run', experiment: 'latency-client-counter-3' })
    expect(twice.status).toBe(409)
    const none = await ada.try({ do: 'run', experiment: '../../bin/sh' })
    expect(none.status).toBe(409)
    const verdicts = async () => (await ada.view()).ran.map(({ step, verdict }) => [step, verdict])
    await expect.poll(verdicts, { timeout: 240_000, interval: 2_000 }).toEqual([
      ['began', undefined],
      ['ended', expect.stringMatching(/^(held|inconclusive)$/)],
    ])
  } finally {
    await rm(join(root, file), { force: true })
  }
})

test('a day whose lab was killed in mid-fault is healed by the guardian, and goes on with its links and notes', {
  timeout: 400_000,
}, async () => {
  await using day = await heldDay('rehearsal')
  const ada = await dayClient(day.link('owner'), 'Ada')
  await ada.act({ do: 'note', type: 'question', text: 'will it be healed?' })
  await ada.act(latency('900ms'))
  const landed = async () => (await ada.view()).injections[0]?.landed ?? 0
  await expect.poll(landed, eventually).toBeGreaterThan(0)
  const { opened } = await ada.view()
  const runId = opened?.runId ?? 'no run'
  expect(processesOf(runId)).toBeGreaterThan(0)
  const died = once(day.process, 'close')
  day.process.kill('SIGKILL')
  await died
  await expect.poll(() => processesOf(runId), eventually).toBe(0)

  await using later = await heldDay('rehearsal', '--resume')
  expect(later.folder).toBe(day.folder)
  const { injections, notes, stop } = await ada.view()
  expect(injections).toMatchObject([
    { state: 'over', healedWhy: 'killed', landed: expect.any(Number) },
  ])
  expect(notes.map(({ text }) => text)).toEqual(['will it be healed?'])
  expect(stop).toBeUndefined()
  const rob = await dayClient(day.link('responder'), 'Rob')
  expect((await rob.view()).blind).toBe(true)
  await ada.act(latency('100ms'))
  expect(await ada.act({ do: 'stop' })).toMatchObject({ healed: 1, left: [] })
  await ada.act({ do: 'release', reason: 'seen' })
  const closing = () => ada.try({ do: 'close' }).then(({ status }) => status)
  await expect.poll(closing, { timeout: 120_000, interval: 2_000 }).toBe(200)
  expect(await later.end()).toBe(0)
  const report = await readFile(join(day.folder, 'report.md'), 'utf8')
  expect(report).toContain('Closed with all normal again.')
})
