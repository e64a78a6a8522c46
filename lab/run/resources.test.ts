import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Meter } from '../model/meter.ts'
import { identify, listProcesses, withDescendants } from '../processes/process-table.ts'
import { send } from '../processes/process-tree.ts'
import { followProcesses, sampleResources } from './resources.ts'

async function rig(meters: readonly Meter[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'resources-'))
  const journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const alive = followProcesses(journal)
  const of = (name: string) =>
    journal
      .readBack()
      .flatMap(entry => (entry.kind === 'resources' && entry.of === name ? [entry.figures] : []))
  return {
    journal,
    of,
    sample: () => sampleResources(alive, meters, journal, systemClock),
    [Symbol.asyncDispose]: async () => {
      journal[Symbol.dispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/** A process that does as the script says and then prints a line. */
async function running(script: string) {
  const child = spawn(process.execPath, ['--eval', script])
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  return {
    pid,
    [Symbol.dispose]: () => {
      for (const row of withDescendants(listProcesses(), [identify(pid)])) send(row, 'SIGKILL')
    },
  }
}

const linux = process.platform === 'linux'

test.runIf(linux)(
  'sees the memory, CPU, descriptors and connections of a process grow',
  async () => {
    await using it = await rig()
    const idle = `setInterval(() => {}, 1000); console.log('up')`
    const busy = `
    globalThis.kept = Buffer.alloc(80_000_000, 1)
    const net = require('node:net')
    const server = net.createServer().listen(0, () => {
      for (let i = 0; i < 20; i++) net.connect(server.address().port)
      const until = performance.now() + 300
      setTimeout(() => { while (performance.now() < until + 300); console.log('up') }, 300)
    })`
    using calm = await running(idle)
    using loud = await running(busy)
    const about = { kind: 'process', step: 'spawned', asked: true } as const
    it.journal.record({ ...about, process: 'calm', pid: calm.pid })
    const sampling = it.sample()
    it.journal.record({ ...about, process: 'loud', pid: loud.pid })
    await expect.poll(() => it.of('loud').length, { timeout: 5_000 }).toBeGreaterThan(0)
    await sampling[Symbol.asyncDispose]()
    const [least = {}, most = {}] = [it.of('calm')[0], it.of('loud')[0]]
    const more = (figure: string) => (most[figure] ?? 0) - (least[figure] ?? 0)
    expect(more('memoryBytes')).toBeGreaterThan(70_000_000)
    expect(more('cpuMs')).toBeGreaterThan(100)
    expect(more('connections')).toBe(41)
    expect(more('descriptors')).toBeGreaterThanOrEqual(41)
    expect(least.threads).toBeGreaterThan(0)
  },
)

test.runIf(linux)('counts what descends from a process, and nothing once it ended', async () => {
  await using it = await rig()
  const child = `globalThis.kept = Buffer.alloc(90_000_000, 1); console.log('up'); setInterval(() => {}, 1000)`
  using parent = await running(`
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['--eval', ${JSON.stringify(child)}], { stdio: 'inherit' })
    setInterval(() => {}, 1000)`)
  const about = { kind: 'process', process: 'parent', asked: true, pid: parent.pid } as const
  it.journal.record({ ...about, step: 'spawned' })
  const sampling = it.sample()
  await expect.poll(() => it.of('parent').length, { timeout: 5_000 }).toBeGreaterThan(0)
  expect(it.of('parent')[0]?.memoryBytes).toBeGreaterThan(90_000_000)
  it.journal.record({ ...about, step: 'exited' })
  const seen = it.of('parent').length
  await systemClock.sleep(1_500)
  await sampling[Symbol.asyncDispose]()
  expect(it.of('parent').length).toBe(seen)
})

test('asks meters too, and does without one that throws or hangs', async () => {
  await using it = await rig([
    { of: 'dead', read: () => Promise.reject(new Error('gone')) },
    { of: 'frozen', read: () => new Promise(() => {}) },
    { of: 'database', read: async () => ({ sessions: 7, ratio: Number.NaN }) },
  ])
  const sampling = it.sample()
  await expect.poll(() => it.of('database').length, { timeout: 8_000 }).toBeGreaterThan(1)
  await sampling[Symbol.asyncDispose]()
  expect(it.of('database')[0]).toEqual({ sessions: 7 })
  expect([...it.of('dead'), ...it.of('frozen')]).toEqual([])
})
