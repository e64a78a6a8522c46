import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cpuTimeUs } from '../proxy/cpu-time.ts'
import { measured } from './cpu.ts'

test('tells the process that works from the one that rests', async () => {
  const children = [await started('for (;;);'), await started('setInterval(() => {}, 1e6)')]
  try {
    const [busy, idle] = children.map(({ pid = 0 }) => pid)
    const parts = [
      { name: 'busy', pids: [busy ?? 0] },
      { name: 'idle', pids: [idle ?? 0] },
    ]
    const { usage } = await measured(parts, () => untilWorked(busy ?? 0, 400_000))
    expect(usage.cores.busy).toBeGreaterThan(3 * (usage.cores.idle ?? Number.NaN))
    expect(usage.busiest.busy).toBe(usage.cores.busy)
  } finally {
    for (const child of children) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  }
})

/** Resolves when the script begins: what starting takes is over. */
async function started(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', `console.log('begun'); ${script}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return child
}

async function untilWorked(pid: number, us: number): Promise<void> {
  const endsAt = performance.now() + 20_000
  const wanted = (await cpuTimeUs(pid)) + us
  while ((await cpuTimeUs(pid)) < wanted && performance.now() < endsAt) await pause(50)
}
