import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, listProcesses, withDescendants } from '../lab/processes/process-table.ts'
import { machine } from './shared/machine.ts'
import { lookAt } from './shared/process-look.ts'

const root = join(import.meta.dirname, '..')
const sampleMs = 250
/** What a process holds is summed up by the kernel at each look, which costs it a millisecond. */
const samplesPerMemory = 4
interface Taken {
  readonly kind: string
  readonly cpuSeconds: number
  /** 0 where it was not looked at. */
  readonly memoryMb: number
}

/**
 * `pnpm bench suite [FILE…]`: how long the calm scenarios take, or those whose path contains FILE,
 * and how much memory all their processes hold at once: their proportional set size, once a second.
 * Linux only.
 */
export async function bench(files: readonly string[]): Promise<void> {
  const about = machine()
  const startedAt = performance.now()
  const child = spawn(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--project', 'scenarios', '--reporter=dot', ...files],
    { cwd: root, stdio: 'inherit' },
  )
  const ended = once(child, 'close')
  const last = new Map<string, Taken>()
  let peak: readonly Taken[] = []
  for (let n = 0; child.exitCode === null && child.signalCode === null; n++) {
    const now = sample(child.pid ?? 0, n % samplesPerMemory === 0)
    for (const [id, taken] of now) last.set(id, taken)
    if (memoryOf([...now.values()]) > memoryOf(peak)) peak = [...now.values()]
    await Promise.race([ended, sleep(sampleMs)])
  }
  const [code] = await ended
  const results = {
    about,
    result: code === 0 ? 'passed' : 'failed',
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    processes: byKind([...last.values()], () => 1),
    cpuSeconds: byKind([...last.values()], ({ cpuSeconds }) => cpuSeconds),
    peakMemoryMb: byKind(peak, ({ memoryMb }) => memoryMb),
  }
  console.log(JSON.stringify(results, undefined, 2))
  process.exitCode = code === 0 ? 0 : 1
  if (files.length > 0) return
  await writeFile(
    join(root, 'bench/results/suite.json'),
    `${JSON.stringify(results, undefined, 2)}\n`,
  )
}

function sample(pid: number, withMemory: boolean): ReadonlyMap<string, Taken> {
  const found = new Map<string, Taken>()
  for (const row of withDescendants(listProcesses(), [identify(pid)])) {
    try {
      found.set(`${row.pid} ${row.startedAt}`, look(row.pid, withMemory))
    } catch {
      // It ended meanwhile.
    }
  }
  return found
}

function look(pid: number, withMemory: boolean): Taken {
  const { kind, cpuSeconds } = lookAt(pid)
  const memory = withMemory && readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const memoryKb = memory && /^Pss:\s+(\d+)/m.exec(memory)?.[1]
  return { kind, cpuSeconds, memoryMb: Number(memoryKb || 0) / 1_024 }
}

function memoryOf(all: readonly Taken[]): number {
  return all.reduce((sum, { memoryMb }) => sum + memoryMb, 0)
}

function byKind(all: readonly Taken[], figure: (taken: Taken) => number) {
  const sums: Record<string, number> = { all: 0 }
  for (const taken of all) {
    for (const name of ['all', taken.kind]) sums[name] = (sums[name] ?? 0) + figure(taken)
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Math.round(sum)]))
}
