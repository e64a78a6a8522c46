import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import { listProcesses, type ProcessRow } from './process-table.ts'

/**
 * What the operating system knows of one process and all that descend from it. Where it has no
 * `/proc` there are only memory and CPU.
 */
export interface ProcessFigures {
  readonly [figure: string]: number
  /** Resident; of descendants only what they do not share. */
  readonly memoryBytes: number
  /** Since its start, with children that have ended. */
  readonly cpuMs: number
  /**
   * Since its start its main thread was ready and had to wait for a processor, where the system tells
   * it; of descendants nothing is in it.
   */
  readonly waitedMs?: number
}

const hasProc = process.platform === 'linux'
const ticksPerMs = 0.1
/** To look behind every descriptor takes 2 µs each: beyond this the connections are not counted. */
const mostDescriptors = 2_000
const run = promisify(execFile)

/** By pid, for those that live. */
export async function figuresOf(
  pids: readonly number[],
): Promise<ReadonlyMap<number, ProcessFigures>> {
  if (!hasProc) return fromPs(pids)
  const children = Map.groupBy(listProcesses(), row => row.parent)
  return new Map(
    pids.flatMap(pid => {
      const figures = treeFigures(pid, children)
      return figures ? [[pid, figures] as const] : []
    }),
  )
}

function treeFigures(
  root: number,
  children: ReadonlyMap<number, readonly ProcessRow[]>,
): ProcessFigures | undefined {
  const own = attempt(() => procFigures(root))
  if (!own) return undefined
  const { sharedBytes: _, ...sum } = own
  const below = [...(children.get(root) ?? [])]
  for (const { pid } of below) {
    below.push(...(children.get(pid) ?? []))
    const figures = attempt(() => procFigures(pid))
    if (!figures) continue
    sum.memoryBytes += figures.memoryBytes - figures.sharedBytes
    sum.cpuMs += figures.cpuMs
    sum.threads += figures.threads
    sum.descriptors += figures.descriptors
    sum.connections += figures.connections
  }
  const { connections, ...others } = sum
  const waitedMs = attempt(() => waited(root))
  return {
    ...others,
    ...(waitedMs === undefined ? {} : { waitedMs }),
    // One that could not be counted makes the sum unknown.
    ...(Number.isNaN(connections) ? {} : { connections }),
  }
}

/** Ran, waited (both in ns) and number of slices: of the main thread (sched-stats of Linux). */
function waited(pid: number): number {
  const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
  return Math.round(Number(waitedNs) / 1e6)
}

function procFigures(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const number = (index: number) => Number(fields[index])
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string) =>
    1_024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  // One that has ended and that nobody has waited for yet has no memory, and is none that lives.
  if (Number.isNaN(bytes('VmRSS'))) throw new Error(`process ${pid} has ended`)
  const descriptors = readdirSync(`/proc/${pid}/fd`)
  return {
    memoryBytes: bytes('VmRSS'),
    sharedBytes: bytes('RssFile') + bytes('RssShmem'),
    // Its own in user and system mode, and the same of children it has waited for.
    cpuMs: (number(11) + number(12) + number(13) + number(14)) / ticksPerMs,
    threads: number(17),
    descriptors: descriptors.length,
    connections: descriptors.length > mostDescriptors ? Number.NaN : sockets(pid, descriptors),
  }
}

function sockets(pid: number, descriptors: readonly string[]): number {
  const kinds = descriptors.map(fd => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)))
  return kinds.filter(kind => kind?.startsWith('socket:')).length
}

async function fromPs(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessFigures>> {
  const options = { env: { ...process.env, LC_ALL: 'C' } }
  const { stdout } = await run('ps', ['-p', pids.join(','), '-o', 'pid=,rss=,time='], options)
    // It fails when one of them is gone; the others are printed all the same.
    .catch((error: unknown) => ({ stdout: String(Object(error).stdout ?? '') }))
  return parsePs(stdout)
}

/** Of `ps -o pid=,rss=,time=`, which prints `2-03:04:05` or `3:04.56`. */
export function parsePs(text: string): ReadonlyMap<number, ProcessFigures> {
  const rows = text.matchAll(/^\s*(\d+)\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):([\d.]+)\s*$/gm)
  return new Map(
    [...rows].map(([, pid, kilobytes, days = 0, hours = 0, minutes, seconds]) => {
      const wholeMinutes = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes)
      const cpuMs = Math.round((wholeMinutes * 60 + Number(seconds)) * 1_000)
      return [Number(pid), { memoryBytes: Number(kilobytes) * 1_024, cpuMs }]
    }),
  )
}

/** Processes end while one reads about them. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
