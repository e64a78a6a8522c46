import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { isAlive } from '../../lab/processes/process-table.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { logLines } from '../log-lines.ts'
import { tapCounters } from '../network/tap.ts'
import { stopWatching, watch } from '../watch.ts'
import type { NodeProcess } from './event-loop-stall.ts'
import { common } from './form.ts'
import { openInspector, tellProcess } from './node-inspector.ts'
import { livingProcess } from './own-process.ts'
import { tellAgain, toldProcess } from './told-process.ts'

export const undoArgs = toldProcess.extend({
  soft: z.string().regex(/^(\d+|unlimited)$/),
  mark: z.string(),
})

const run = promisify(execFile)
const withinMs = 5_000
const settledMs = 100
/** What leaks in the process: a key that nobody else has. */
const leak = 'globalThis[Symbol.for("lab-descriptors")]'
const softLimit = /^Max open files\s+(\S+)/m

/**
 * A Node process has no file descriptor left: its soft limit is lowered, while it runs, to just above the
 * highest that it has, and it opens all that is free below that, as often as anything is. So whatever it opens or accepts further
 * fails with EMFILE, as after a long leak. Lasting: what was opened is closed, the limit as before.
 * Lands on the connections that were tried on its links while no descriptor was free, and on each EMFILE in
 * its log.
 */
export function descriptorsUsedUp<System extends LabSystem>(
  select: Selector<System, NodeProcess>,
): Fault<System> {
  const label = `descriptorsUsedUp(${select.label ?? 'process'})`
  return {
    name: 'descriptorsUsedUp',
    label,
    needs: ['limited-descriptors'],
    kind: 'lasting',
    plan: async (system, { clock, random }) => {
      const part = await select(system)
      const process = livingProcess(part)
      const [, soft = ''] =
        softLimit.exec(await readFile(`/proc/${process.pid}/limits`, 'utf8')) ?? []
      const mark = `${label}-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: { module: import.meta.url, args: { process, logFile: part.logFile, soft, mark } },
        touches: [part.name],
        apply: async () => {
          const url = await openInspector(process.pid, part.logFile, clock)
          const limit = (await highest(process.pid)) + 1
          await setLimit(process.pid, `${limit}`)
          await tellProcess(url, leaking(limit))
          await clock.sleep(settledMs)
          const failed = await logLines(part.logFile, /EMFILE/)
          const tried = await watch(mark, clock, await triedInVain(part, process.pid, limit))
          return { landed: async () => (await failed()) + tried() }
        },
      }
    },
  }
}

/**
 * Again and again, as a leak does: what the process closes is gone, too. Never more than `most`, since
 * the limit is raised again before anybody can tell it to stop.
 */
const leaking = (most: number) => `{
  const { openSync } = process.getBuiltinModule('fs')
  const open = []
  const fill = () => {
    try {
      while (open.length < ${most}) open.push(openSync('/dev/null'))
    } catch {}
  }
  const timer = setInterval(fill, 10)
  ${leak} = { open, timer }
}`

const given = `{
  const { closeSync } = process.getBuiltinModule('fs')
  const { open = [], timer } = ${leak} ?? {}
  clearInterval(timer)
  for (const descriptor of open) closeSync(descriptor)
  delete ${leak}
}`

async function taken(pid: number): Promise<readonly number[]> {
  return (await readdir(`/proc/${pid}/fd`)).map(Number)
}

const highest = async (pid: number) => Math.max(...(await taken(pid)))

/** The first number that no descriptor has: those below it are all in use. */
async function lowestFree(pid: number): Promise<number> {
  const all = new Set(await taken(pid))
  let free = 0
  while (all.has(free)) free++
  return free
}

/** The soft limit; the hard one stays, so that nobody needs privileges to go back. */
async function setLimit(pid: number, soft: string): Promise<void> {
  await run('prlimit', ['--pid', `${pid}`, `--nofile=${soft}:`], { timeout: withinMs })
}

async function triedInVain({ links }: NodeProcess, pid: number, limit: number) {
  const tried = async () => {
    const counters = await Promise.all(links.map(tapCounters))
    return counters.reduce((sum, { open, closed }) => sum + open + closed, 0)
  }
  let last = await tried()
  return {
    hit: async () => {
      const [from, now, free] = [last, await tried(), await lowestFree(pid)]
      last = now
      return free < limit ? [] : Array.from({ length: now - from }, (_, n) => `${from + n}`)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Harmless where the process ended: another has its own limit. */
export async function undo(args: Json): Promise<void> {
  const { soft, mark, ...told } = undoArgs.parse(args)
  await stopWatching(mark)
  if (!isAlive(told.process)) return
  await setLimit(told.process.pid, soft)
  await tellAgain(told, given)
}

export const form = faultForm({
  ...common,
  name: 'descriptorsUsedUp',
  says: 'No descriptor is left to open or accept anything.',
  settings: none,
  make: select => descriptorsUsedUp(select),
})

export const examples: Examples<NodeProcess> = part => [descriptorsUsedUp(part)]
