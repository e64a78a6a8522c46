import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { figuresOf, parsePs } from './process-figures.ts'

test('reads what ps prints on Linux and on macOS', () => {
  const text = '  12  2048   0:01.50\n 345 100 00:00:02\n6 1 1-02:03:04\nnonsense\n'
  expect([...parsePs(text)]).toEqual([
    [12, { memoryBytes: 2_097_152, cpuMs: 1_500 }],
    [345, { memoryBytes: 102_400, cpuMs: 2_000 }],
    [6, { memoryBytes: 1_024, cpuMs: 93_784_000 }],
  ])
})

test('leaves out a process that is gone', async () => {
  const figures = await figuresOf([process.pid, 2 ** 22 + 1])
  expect([...figures.keys()]).toEqual([process.pid])
})

test.runIf(process.platform === 'linux')(
  'a child that has ended and that nobody waits for makes no figure unknown',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo up; exec sleep 60'])
    try {
      await once(parent.stdout, 'data')
      const { pid = 0 } = parent
      await expect.poll(() => childStates(pid), { timeout: 5_000 }).toContain('Z')
      const figures = (await figuresOf([pid])).get(pid)
      expect(figures?.memoryBytes).toBeGreaterThan(0)
      expect(Object.values(figures ?? {}).every(Number.isFinite)).toBe(true)
    } finally {
      parent.kill('SIGKILL')
    }
  },
)

test.runIf(existsSync('/proc/self/schedstat'))(
  'tells how long it waited for a processor',
  async () => {
    const before = (await figuresOf([process.pid])).get(process.pid)?.waitedMs
    expect(before).toBeGreaterThanOrEqual(0)
  },
)

function childStates(parent: number): string {
  return spawnSync('ps', ['--ppid', `${parent}`, '-o', 'stat='], { encoding: 'utf8' }).stdout
}
