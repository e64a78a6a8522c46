import { z } from 'zod'
import { inTime } from '../base/deadline.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Link } from '../model/capability.ts'
import type { Strike } from '../model/schedule.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { Workload } from '../model/workload.ts'
import { tokenOf } from './wire.ts'

const proxy = z.object({ counters: z.object({ bytes: z.number() }) })
const flowWithinMs = 5_000
const planWithinMs = 10_000

/**
 * Proves that what the faults will hurt is in use: the bytes on each link, counted by our own tap,
 * must grow while traffic flows. Links that no fault touches may be idle (a standby's), and are
 * listed as such. False: a fault would hit a link nobody uses, so the run could show nothing.
 */
export async function preflight<System extends LabSystem>(
  plan: {
    readonly strikes: readonly Pick<Strike<System>, 'fault'>[]
    readonly workloads: readonly Workload<System>[]
  },
  system: System,
  context: Context,
  recorder: JournalFile,
): Promise<boolean> {
  const { clock, signal } = context
  const touched = await touchedNames(plan.strikes, system, context)
  const before = await countBytes(system.links)
  const waiting = new Set(system.links)
  const deadline = clock.nowMs() + flowWithinMs
  while ([...waiting].some(link => touched.has(link.name)) && clock.nowMs() < deadline) {
    await clock.sleep(50, signal)
    await strikeOutMoving(waiting, before)
  }
  await strikeOutMoving(waiting, before)
  let passed = true
  for (const link of system.links) {
    const idle = waiting.has(link)
    const failed = idle && touched.has(link.name)
    if (failed) passed = false
    const detail = idle ? idleWords(link, failed, plan.workloads) : 'traffic flows'
    recorder.record({ kind: 'preflight', link: link.name, passed: !failed, detail })
  }
  return passed
}

async function touchedNames<System extends LabSystem>(
  strikes: readonly Pick<Strike<System>, 'fault'>[],
  system: System,
  context: Context,
): Promise<ReadonlySet<string>> {
  const planning = strikes.map(({ fault }) => {
    const what = `${fault.label} to be planned`
    return inTime(what, planWithinMs, fault.plan(system, context), context.clock)
  })
  const plans = await Promise.all(planning)
  return new Set(plans.flatMap(planned => planned.touches))
}

async function strikeOutMoving(
  waiting: Set<Link>,
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const now = await countBytes([...waiting])
  for (const link of waiting) {
    if ((now.get(link.name) ?? 0) > (before.get(link.name) ?? 0)) waiting.delete(link)
  }
}

async function countBytes(links: readonly Link[]): Promise<ReadonlyMap<string, number>> {
  const counts = links.map(async link => {
    const url = new URL(`/proxies/${encodeURIComponent(link.name)}`, link.tapUrl)
    const headers = tokenOf([link])
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(flowWithinMs) })
    return [link.name, proxy.parse(await answer.json()).counters.bytes] as const
  })
  return new Map(await Promise.all(counts))
}

function idleWords(link: Link, failed: boolean, workloads: readonly Workload<never>[]): string {
  if (!failed) return 'idle: nothing passed, and no fault touches it'
  const users = workloads.filter(workload => workload.uses?.(link))
  const names = users.map(workload => workload.name).join(', ')
  return users.length > 0
    ? `${names} should travel it, but no byte passed within ${flowWithinMs / 1000} s`
    : `no workload uses it, and no byte passed within ${flowWithinMs / 1000} s`
}
