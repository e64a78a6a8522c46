import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readJournal } from '../lab/journal/read-journal.ts'
import { identify, listProcesses, withDescendants } from '../lab/processes/process-table.ts'
import { machine } from './shared/machine.ts'
import { median } from './shared/median.ts'
import { options } from './shared/options.ts'
import { lookAt } from './shared/process-look.ts'
import { watchStolen } from './shared/stolen.ts'

const root = join(import.meta.dirname, '..')
const results = new URL('results/', import.meta.url)
const experiment = 'redis-failover'

interface Start {
  /** From the command to its first operation. */
  readonly seconds: number
  /** How long a Node that does nothing took in the same round: what the machine had to give. */
  readonly nodeSeconds: number
  /** By kind of process, until traffic flowed. */
  readonly cpuSeconds: Readonly<Record<string, number>>
}

/**
 * `pnpm bench start [--rounds 10] [--out NAME]`: how long a run takes from the command to its first
 * operation, and how much processor time; each run is interrupted then. One round before is not
 * counted: it builds and compiles what the others find. Linux only.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, out } = options(args, { rounds: 10, out: 'start' })
  const stolen = watchStolen()
  const about = machine()
  await start()
  const starts: Start[] = []
  for (let n = 0; n < rounds; n++) {
    const one = await start()
    console.error(`${n + 1}: ${JSON.stringify(one)}`)
    starts.push(one)
  }
  const middle = (figure: (one: Start) => number) =>
    Math.round(1_000 * median(starts.map(figure))) / 1_000
  const kinds = Object.keys(starts[0]?.cpuSeconds ?? {})
  const found = {
    about: { ...about, 'taken by the host': `${(100 * stolen()).toFixed(1)} % of the run` },
    experiment,
    rounds,
    seconds: middle(one => one.seconds),
    leastSeconds: Math.min(...starts.map(one => one.seconds)),
    nodeSeconds: middle(one => one.nodeSeconds),
    cpuSeconds: Object.fromEntries(
      kinds.map(kind => [kind, middle(one => one.cpuSeconds[kind] ?? 0)]),
    ),
  }
  const text = JSON.stringify(found, undefined, 2)
  console.log(text)
  await writeFile(new URL(`${out}.json`, results), `${text}\n`)
}

async function start(): Promise<Start> {
  const nodeSeconds = await emptyNode()
  const lab = spawn(
    process.execPath,
    ['lab/cli/main.ts', 'experiment', experiment, '--keep', '100000'],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(lab, 'close')
  let cpuSeconds: Start['cpuSeconds'] = {}
  let folder: string | undefined
  for await (const line of createInterface({ input: lab.stdout })) {
    if (/\] phase preflight/.test(line)) {
      cpuSeconds = spent(lab.pid ?? 0)
      // Its verdict, `inconclusive`, is of no interest.
      lab.kill('SIGINT')
    }
    folder ??= /^\s+report\s+(\S+)\/report\.html/.exec(line)?.[1]
  }
  await ended
  if (folder === undefined) throw new Error('expected the run to name its folder, found no report')
  const entries = await readJournal(join(root, folder, 'journal.jsonl'))
  await rm(join(root, folder), { recursive: true })
  const run = entries.find(entry => entry.kind === 'run')
  const first = entries.find(entry => entry.kind === 'invoke')
  if (first === undefined) throw new Error('expected traffic, found no operation')
  const seconds = ((run?.commandMs ?? 0) + first.atMs) / 1_000
  return { seconds, nodeSeconds, cpuSeconds }
}

async function emptyNode(): Promise<number> {
  const startedAt = performance.now()
  await once(spawn(process.execPath, ['-e', '0']), 'close')
  return (performance.now() - startedAt) / 1_000
}

/** By kind of process; what has ended counts for the kind of its parent. */
function spent(pid: number): Start['cpuSeconds'] {
  const sums: Record<string, number> = { all: 0 }
  for (const row of withDescendants(listProcesses(), [identify(pid)])) {
    const { kind, cpuSeconds, childrenCpuSeconds } = lookAt(row.pid)
    for (const name of ['all', kind]) {
      sums[name] = (sums[name] ?? 0) + cpuSeconds + childrenCpuSeconds
    }
  }
  return sums
}
