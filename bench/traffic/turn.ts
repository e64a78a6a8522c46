import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { cpuTimeUs, residentKb } from '../proxy/cpu-time.ts'
import type { Generator } from './generators.ts'

/** Until connections are open and code is compiled. */
const warmUpMs = 2_000
const startWithinMs = 30_000
const stats = z.object({ count: z.int() })
const arrived = z.object({ start: z.number(), arrivals: z.array(z.number()) })

/** What one generator takes for a rate over so many seconds, after it has warmed up. */
export async function turn(
  generator: Generator,
  url: string,
  perSecond: number,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  await ask(url, 'reset')
  const all = seconds + warmUpMs / 1_000 + 1
  await using running = await generator.start({ url, perSecond, seconds: all })
  await traffic(url)
  await sleep(warmUpMs)
  const before = await look(url, running.pid)
  await sleep(seconds * 1_000)
  const after = await look(url, running.pid)
  const output = await running.output
  const { start, arrivals } = arrived.parse(await ask(url, 'arrivals'))
  const intended = generator.intended(output, start, perSecond)
  const late = arrivals
    .slice(before.count, after.count)
    .flatMap((ms, index) => (ms === 0 ? [] : [ms - intended(before.count + index)]))
    .sort((a, b) => a - b)
  const made = after.count - before.count
  const grownBytes = ((after.residentKb - before.residentKb) * 1_024) / made
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / made,
    rate: made / ((after.atMs - before.atMs) / 1_000) / perSecond,
    lateMs: late[Math.floor(0.99 * late.length)] ?? Number.NaN,
    residentMb: after.residentKb / 1_024,
    keptBytes: generator.keptBytes?.(output) ?? grownBytes,
  }
}

async function look(url: string, pid: number) {
  const [{ count }, cpuUs, memoryKb] = await Promise.all([
    ask(url, 'stats').then(stats.parse),
    cpuTimeUs(pid),
    residentKb(pid),
  ])
  return { atMs: performance.now(), count, cpuUs, residentKb: memoryKb }
}

async function traffic(url: string): Promise<void> {
  const deadlineMs = performance.now() + startWithinMs
  while (stats.parse(await ask(url, 'stats')).count === 0) {
    if (performance.now() > deadlineMs) throw new Error('expected traffic within 30 s, found none')
    await sleep(50)
  }
}

async function ask(url: string, what: string): Promise<unknown> {
  const answer = await fetch(`${url}/${what}`, { signal: AbortSignal.timeout(10_000) })
  return answer.json()
}
