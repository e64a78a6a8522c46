import { realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { readOwnFile } from '../base/own-file.ts'
import type { Undo } from '../model/ledger.ts'

/** Where the lab's own modules are, and the faults that come with it. */
const labPackage = join(import.meta.dirname, '../..')
/** Below the project, but data: what lies there was written by a run, or by the system under test. */
const dataFolders = ['runs']

/** What its module may ask for at most: nobody waits longer for what a dead lab left. */
const longestUndoMs = 20_000

const method = z.custom<(args: Json) => unknown>(value => typeof value === 'function', 'a function')
const moduleShape = z.object({
  undo: method,
  undoArgs: z.object({ parse: method }).optional(),
  undoWithinMs: z.number().positive().max(longestUndoMs).optional(),
})

/** Plays a loaded undo. */
export type ReadyUndo = (() => Promise<void>) & {
  /** How long it says that it may take, where that is more than others have. */
  readonly withinMs: number
}

/**
 * Loads an undo and parses its arguments, and resolves to what plays it. A ledger is data from
 * outside, so its module must be a file of the lab's package or of the project that `labFolder` (`.lab`)
 * belongs to, with an export named `undo`; nothing else is ever loaded.
 * @throws {Error} when it is none, or does not take these arguments.
 */
export async function loadUndo({ module, args }: Undo, labFolder: string): Promise<ReadyUndo> {
  await demandUndoModule(module, labFolder)
  const loaded = moduleShape.safeParse({ ...(await import(module)) })
  if (!loaded.success) throw new Error(`${module}: ${z.prettifyError(loaded.error)}`)
  const { undo, undoArgs, undoWithinMs: withinMs = 0 } = loaded.data
  try {
    undoArgs?.parse(args)
  } catch (cause) {
    throw new Error(`its arguments are not understood: ${messageOf(cause)}`, { cause })
  }
  const play = async () => {
    await undo(args)
  }
  return Object.assign(play, { withinMs })
}

async function demandUndoModule(module: string, labFolder: string): Promise<void> {
  const path = pathOf(module)
  const real = await realpath(path)
  const roots = [labPackage, dirname(resolve(labFolder))]
  const home = await homeOf(real, await Promise.all(roots.map(root => realpath(root))), labFolder)
  if (home === undefined) {
    throw new Error(`${real} belongs neither to the lab nor to the project ${roots[1]}`)
  }
  const { uid } = await stat(real)
  const trusted = [0, process.getuid?.() ?? uid, (await stat(home)).uid]
  if (!trusted.includes(uid)) throw new Error(`${real} is owned by uid ${uid}`)
  // Before it is loaded: a script must not run because a ledger names it.
  const isUndo = /\bexports?\b[^;]*?\bundo\b/.test(await readOwnFile(real))
  if (!isUndo) throw new Error(`${real} exports no function "undo"`)
}

function pathOf(module: string): string {
  const url = URL.parse(module)
  if (url?.protocol === 'file:') return fileURLToPath(url)
  throw new Error(`${JSON.stringify(module.slice(0, 100))} is not the file URL of a module`)
}

/** The root that the file is part of; undefined for a file of neither, and for data. */
async function homeOf(
  file: string,
  roots: readonly string[],
  labFolder: string,
): Promise<string | undefined> {
  const data = await realpath(labFolder).catch(() => resolve(labFolder))
  if (isBelow(data, file)) return undefined
  return roots.find(
    root => isBelow(root, file) && !dataFolders.some(name => isBelow(join(root, name), file)),
  )
}

function isBelow(folder: string, file: string): boolean {
  const way = relative(folder, file)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`)
}
