import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { LabError } from '../base/errors.ts'

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessId {
  readonly pid: number
  /** Of no meaning but to be compared: ticks since this boot, or the date as `ps` prints it. */
  readonly startedAt: string
}

export interface ProcessRow extends ProcessId {
  readonly parent: number
  /** First letter as in `ps`: R, S, D, T (stopped), Z (zombie). */
  readonly state: string
  /** Pid of the process that began its session (without `/proc`: its process group). */
  readonly session: number
}

/** Undefined where `/proc` is not mounted, as on macOS: then `ps` is asked. */
const bootId = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8))
export const hasProc = bootId !== undefined

/**
 * All processes that still live. Zombies are left out: they are dead, and nobody may ever reap them.
 * @throws {LabError} `no-process-table` where neither `/proc` nor `ps` tells.
 */
export function listProcesses(): readonly ProcessRow[] {
  const rows = hasProc ? readdirSync('/proc').map(Number).flatMap(fromProc) : fromPs(['-ax'])
  if (rows.length === 0) throw noProcessTable()
  return rows.filter(row => row.state !== 'Z')
}

/**
 * @throws {LabError} `no-process-table` where neither `/proc` nor `ps` tells.
 * @throws {Error} when no living process has this pid.
 */
export function identify(pid: number): ProcessId {
  const row = (hasProc ? fromProc(pid) : fromPs(['-p', `${pid}`]))[0]
  if (!row && pid === process.pid) throw noProcessTable()
  if (!row) throw new Error(`There is no process ${pid}.`)
  return { pid, startedAt: row.startedAt }
}

export function isAlive(id: ProcessId): boolean {
  const row = (hasProc ? fromProc(id.pid) : fromPs(['-p', `${id.pid}`]))[0]
  return row !== undefined && row.startedAt === id.startedAt && row.state !== 'Z'
}

/** The given processes and all that descend from them, parents before children. */
export function withDescendants(
  rows: readonly ProcessRow[],
  roots: readonly ProcessId[],
): readonly ProcessRow[] {
  const found = rows.filter(row => roots.some(root => isSame(root, row)))
  for (const parent of found) {
    found.push(...rows.filter(row => row.parent === parent.pid && !found.includes(row)))
  }
  return found
}

export function isSame(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt
}

function fromProc(pid: number): readonly ProcessRow[] {
  if (!Number.isInteger(pid)) return []
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return []
  // The second field is the name in brackets and may hold anything, brackets and blanks too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = '', parent = '', , session = ''] = fields
  // Its first thread may be gone before the others, which still hold its ports.
  const isWaiting = state === 'Z' && Number(fields[17]) > 1
  const startedAt = `${bootId}-${fields[19]}`
  const ids = { pid, parent: Number(parent), session: Number(session) }
  return [{ ...ids, state: isWaiting ? 'D' : state, startedAt }]
}

function fromPs(which: readonly string[]): readonly ProcessRow[] {
  const text = attempt(() =>
    execFileSync('ps', [...which, '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    }),
  )
  return [...(text ?? '').matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/gm)].map(
    ([, pid, parent, group, state = '', startedAt = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      session: Number(group),
      // Further letters tell of its priority, its session, its terminal.
      state: state.charAt(0),
      startedAt,
    }),
  )
}

/** Processes end while one reads about them: then there is nothing to read. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function noProcessTable(): LabError {
  return new LabError(
    {
      code: 'no-process-table',
      expected: '/proc to be mounted, or ps to list the processes of this machine',
      found: 'neither',
      why: 'without them nobody can tell what a run has started, and end it',
      next: 'mount it (mount -t proc proc /proc), or install procps',
    },
    'unable',
  )
}
