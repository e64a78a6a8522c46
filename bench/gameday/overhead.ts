import { setTimeout as sleep } from 'node:timers/promises'
import { dayClient } from '../../targets/testing/day-client.ts'
import type { HeldDay } from '../../targets/testing/held-day.ts'
import { lookAt } from '../shared/process-look.ts'

const people = 6
const settleMs = 2_000
const measureMs = 8_000

/** Shares of one core that the lab's own process used, in %. */
export interface Overhead {
  readonly traffic: 'none' | 'at its rate'
  readonly alone: number
  /** With the pages of six people open. */
  readonly watched: number
}

/** What the lab takes from the machine on which the target runs; the traffic is the lab's work too. */
export async function measureOverhead(
  day: HeldDay,
  workloads: readonly string[],
): Promise<readonly Overhead[]> {
  const { pid } = day.process
  if (pid === undefined) throw new Error('the day has no process')
  const client = await dayClient(day.link('owner'), 'bench')
  const rows: Overhead[] = []
  for (const [traffic, factor] of [
    ['none', 0],
    ['at its rate', 1],
  ] as const) {
    for (const workload of workloads) await client.act({ do: 'pace', workload, factor })
    const alone = await shareOf(pid)
    const over = new AbortController()
    const pages = Array.from({ length: people }, () =>
      client.openPage(over.signal).catch(() => undefined),
    )
    const watched = await shareOf(pid)
    over.abort()
    await Promise.all(pages)
    rows.push({ traffic, alone, watched })
  }
  return rows
}

async function shareOf(pid: number): Promise<number> {
  await sleep(settleMs)
  const [fromMs, before] = [performance.now(), lookAt(pid).cpuSeconds]
  await sleep(measureMs)
  const used = lookAt(pid).cpuSeconds - before
  return Math.round((1_000_000 * used) / (performance.now() - fromMs)) / 10
}
