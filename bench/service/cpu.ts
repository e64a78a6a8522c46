import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { identify, listProcesses, withDescendants } from '../../lab/processes/process-table.ts'
import { cpuTimeUs, residentKb } from '../proxy/cpu-time.ts'

/** A kind of process, by the pids of its roots; what descends from them counts too. */
export interface Part {
  readonly name: string
  readonly pids: readonly number[]
}

/** Cores in use, on average over a while. */
export interface Usage {
  readonly seconds: number
  readonly cores: Readonly<Record<string, number>>
  /** What everything else on the machine took. */
  readonly others: number
  /** The busiest single process of each part. */
  readonly busiest: Readonly<Record<string, number>>
}

interface Sample {
  readonly atMs: number
  readonly machineUs: number
  /** By part and by root pid. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<number, number>>
}

/** Does the work, and tells what each part took of the machine meanwhile. */
export async function measured<T>(parts: readonly Part[], work: () => Promise<T>) {
  const before = await sample(parts)
  const result = await work()
  return { result, usage: difference(before, await sample(parts)) }
}

/** Resident memory of the parts with these names, in KB. */
export async function residentOf(parts: readonly Part[], ...names: string[]): Promise<number> {
  const pids = parts.filter(({ name }) => names.includes(name)).flatMap(part => part.pids)
  const each = await Promise.all(pids.map(residentKb))
  return each.reduce((sum, kb) => sum + kb, 0)
}

async function sample(parts: readonly Part[]): Promise<Sample> {
  const atMs = performance.now()
  const machineUs = busyUs()
  const rows = listProcesses()
  const taken = parts.map(async ({ name, pids }) => {
    const each = pids.map(async pid => {
      const family = withDescendants(rows, [identify(pid)]).map(row => cpuTimeUs(row.pid))
      const spent = await Promise.allSettled([...family, reapedUs(pid)])
      return [pid, sum(spent.map(one => (one.status === 'fulfilled' ? one.value : 0)))] as const
    })
    return [name, new Map(await Promise.all(each))] as const
  })
  return { atMs, machineUs, parts: new Map(await Promise.all(taken)) }
}

function difference(before: Sample, after: Sample): Usage {
  const us = (after.atMs - before.atMs) * 1_000
  const cores: Record<string, number> = {}
  const busiest: Record<string, number> = {}
  for (const [name, pids] of after.parts) {
    const each = [...pids].map(([pid, spent]) => spent - (before.parts.get(name)?.get(pid) ?? 0))
    cores[name] = sum(each) / us
    busiest[name] = Math.max(0, ...each) / us
  }
  const machine = (after.machineUs - before.machineUs) / us
  const others = Math.max(0, machine - sum(Object.values(cores)))
  return { seconds: us / 1e6, cores, busiest, others }
}

/** Time of all cores not spent idle, in µs. */
function busyUs(): number {
  return sum(cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)) * 1_000
}

/** What children of a process took that have ended and were waited for, in µs (Linux). */
async function reapedUs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10_000
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
