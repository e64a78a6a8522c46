import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placeOf } from '../processes/place.ts'
import { identify, type ProcessId } from '../processes/process-table.ts'

export const main = join(import.meta.dirname, '../cli/main.ts')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project of its own, to put files into that the lab did not write, and to run the lab in. */
export interface CraftedProject extends AsyncDisposable {
  readonly root: string
  readonly ledgers: string
  /** What the ledger of a run that is over says first; the rest of its lines may follow. */
  runLine(runId: string): RunLine
  writeLedger(name: string, ...lines: readonly object[]): Promise<string>
  lab(...args: readonly string[]): Promise<Ended>
}

interface RunLine {
  readonly kind: 'run'
  readonly runId: string
  readonly lab: ProcessId
  readonly place: string
  readonly scratchFolder: string
}

export async function craftedProject(): Promise<CraftedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-trap-'))
  await chmod(folder, 0o755)
  const root = join(folder, 'project')
  const ledgers = join(root, '.lab/ledgers')
  await mkdir(ledgers, { recursive: true })
  await mkdir(join(root, 'experiments'))
  return {
    root,
    ledgers,
    runLine: runId => ({
      kind: 'run',
      runId,
      lab: { pid: process.pid, startedAt: 'long ago' },
      place: placeOf(),
      scratchFolder: join(root, '.lab/scratch', runId),
    }),
    writeLedger: async (name, ...lines) => {
      const file = join(ledgers, `${name}.jsonl`)
      await writeFile(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''), {
        mode: 0o600,
      })
      return file
    },
    lab: (...args) => endOf(spawn(process.execPath, [main, ...args], { cwd: root })),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What a process says, and how it ends. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', text => {
    stdout += text
  })
  child.stderr?.on('data', text => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, stdout, stderr }
}

/** A process that has nothing to do with the lab, in a session of its own. */
export async function stranger(cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const child = spawn('sleep', ['600'], { cwd, env, detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  const id = identify(child.pid ?? 0)
  return { ...id, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}
