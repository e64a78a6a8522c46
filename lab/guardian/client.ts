import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Clock } from '../base/clock.ts'
import { inTime } from '../base/deadline.ts'
import { LabError } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import { appending, isMissing, openOwnFile } from '../base/own-file.ts'
import type { Recorder } from '../journal/journal.ts'
import { finishRun } from '../ledger/finish-run.ts'
import { LedgerWriter } from '../ledger/ledger-file.ts'
import { demandTrustedRun } from '../ledger/trusted-run.ts'
import { writableFolder } from '../ledger/writable-folder.ts'
import type { Guardian } from '../model/guardian.ts'
import { placeOf } from '../processes/place.ts'
import { tagOf } from '../processes/process-marks.ts'
import { identify } from '../processes/process-table.ts'
import { GuardianCalls } from './calls.ts'
import { GuardedHandle } from './guarded-handle.ts'
import { openLedger } from './open-ledger.ts'

export interface GuardianOptions {
  /** `.lab`: the ledgers stand below it. */
  readonly folder: string
  /** As `scratchFolderFor` computes it. Made here, removed by the guardian. */
  readonly scratchFolder: string
  readonly runId: string
  readonly clock: Clock
  /** Told what becomes of every process; default nobody. */
  readonly recorder?: Recorder
}

/** It takes a quarter of a second; the rest is for a busy machine. */
const readyWithinMs = 30_000

/**
 * Writes down whose run this is, and starts the process that guards it.
 * @throws {LabError} when the ledger cannot be written, or the guardian does not start.
 */
export async function startGuardian(options: GuardianOptions): Promise<Guardian> {
  const { clock, runId, scratchFolder, recorder } = options
  const ledgers = await writableFolder(join(options.folder, 'ledgers'))
  const file = join(ledgers, `${runId}.jsonl`)
  const writer = await LedgerWriter.open(file)
  const run = {
    kind: 'run',
    runId,
    lab: identify(process.pid),
    place: placeOf(),
    scratchFolder,
  } as const
  await demandTrustedRun(file, run)
  await writer.append(run)
  // Servers that run as another user must be able to pass through it.
  await mkdir(scratchFolder, { recursive: true, mode: 0o755 })
  const { child, stdin, stdout } = await spawnGuardian(file)
  const calls = new GuardianCalls(stdin, clock, () => child.kill('SIGKILL'))
  createInterface({ input: stdout }).on('line', line => calls.receive(line))
  // Not at its `exit`: its last answer may still be on the way.
  const ended = once(child, 'close').then(([code]) => calls.lose(`it ended with code ${code}`))
  await inTime('the guardian to start', readyWithinMs, calls.ready, clock).catch(
    (error: unknown) => {
      child.kill('SIGKILL')
      throw error
    },
  )
  const ledger = openLedger(writer, clock)
  let count = 0
  let disposed: Promise<void> | undefined

  async function dispose(): Promise<void> {
    const problems = calls.lost.aborted ? undefined : await calls.finish()
    await writer[Symbol.asyncDispose]()
    await ended
    const left = problems ?? (await finishWithoutGuardian(file, clock))
    if (left.length > 0) throw notFinished(file, left)
  }

  return {
    pid: child.pid ?? 0,
    ledger,
    lost: calls.lost,
    spawn: spec => GuardedHandle.start({ calls, runId, recorder }, ++count, spec),
    [Symbol.asyncDispose]: () => (disposed ??= dispose()),
  }
}

/** The problems that are left. */
async function finishWithoutGuardian(file: string, clock: Clock): Promise<readonly string[]> {
  try {
    return (await finishRun(file, clock)).problems
  } catch (error) {
    // Removed when nothing was left, by a guardian that was lost before it could say so.
    if (isMissing(error)) return []
    throw error
  }
}

async function spawnGuardian(ledgerFile: string) {
  const main = join(import.meta.dirname, 'main.ts')
  const log = await openOwnFile(`${ledgerFile}.log`, appending, 0o600)
  try {
    // Detached: a session of its own, so that no signal to the lab's group or terminal reaches it.
    const child = spawn(process.execPath, [main, ledgerFile], {
      detached: true,
      cwd: '/',
      env: { ...process.env, ...tagOf(ledgerFile) },
      stdio: ['pipe', 'pipe', log.fd],
    })
    await once(child, 'spawn')
    const { stdin, stdout } = child
    if (!stdin || !stdout) throw new Error('The guardian was started without its pipes.')
    return { child, stdin, stdout }
  } finally {
    await log.close()
  }
}

function notFinished(file: string, problems: readonly string[]): LabError {
  return new LabError(
    {
      code: 'not-cleaned-up',
      expected: 'to undo every fault and to end every process of the run',
      found: problems.join('\n           '),
      why: 'what is left may disturb you, and the next run',
      next: `remove the cause, then: ${called('heal')} (the record is kept in ${file})`,
    },
    'not-restored',
  )
}
