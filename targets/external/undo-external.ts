import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import { configNames, readExternal } from '../../lab/model/external/load-external.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import { processIn } from './pid-file-control.ts'
import { runShell, succeeds } from './run-shell.ts'
import { signalExactly } from './signal-exactly.ts'

export const undoArgs = z.object({
  /** Not a command: whoever writes to a ledger shall not choose what is run. */
  config: z.string().refine(file => configNames.includes(basename(file)), 'a lab.config.ts'),
  part: z.string().min(1),
  action: z.enum(['start', 'resume']),
  process: z.object({ pid: z.int().min(2), startedAt: z.string() }).optional(),
})
export const undoWithinMs = 18_000

/** What an undo needs of a part of this very process, whose journal then tells what it did. */
interface Undoable {
  startAgain(): Promise<void>
  goOn(): Promise<void>
}

/** The parts that this process is attached to, by `keyOf`. */
export const attachedParts = new Map<string, Undoable>()

export function keyOf(config: string, part: string): string {
  return `${config}#${part}`
}

export function externalUndo(args: z.infer<typeof undoArgs>): Undo {
  return { module: import.meta.url, args: { ...args } }
}

/** Starts or continues a part as its description says; one that runs is done. */
export async function undo(args: Json): Promise<void> {
  const { config, part, action, process: frozen } = undoArgs.parse(args)
  const own = attachedParts.get(keyOf(config, part))
  if (own) return action === 'start' ? own.startAgain() : own.goOn()
  await demandOwnFile(config)
  const { process: described } = (await readExternal(config)).parts[part] ?? {}
  const cwd = dirname(config)
  if (!described) throw new Error(`${config} says no more how ${part} is started`)
  const { pidFile, start, resume, running } = described
  if (action === 'resume') {
    if (frozen) signalExactly(frozen, 'SIGCONT')
    else if (resume !== undefined) await runShell(resume, cwd)
    return
  }
  const runs =
    pidFile !== undefined
      ? (await processIn(resolve(cwd, pidFile))) !== undefined
      : running !== undefined && (await succeeds(running, cwd))
  if (!runs && start !== undefined) await runShell(start, cwd)
}

/** It is loaded, and says what is run: nobody else may have written it, nor a run or what it tried. */
async function demandOwnFile(file: string): Promise<void> {
  const real = await realpath(file)
  if (/[\\/](\.lab|runs)[\\/]/.test(real)) throw new Error(`${real} is data of runs: not played`)
  const { uid, mode } = await stat(real)
  const own = process.getuid?.() ?? uid
  if ((uid !== own && uid !== 0) || (mode & 0o002) !== 0) {
    throw new Error(`${file} is owned by uid ${uid}, or anybody may write it: not played`)
  }
}
