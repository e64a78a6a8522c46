import { glob } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { experimentsFolder } from './experiments-folder.ts'
import type { GameDay } from './game-day.ts'

const ending = /\.gameday\.m?[jt]s$/
const named = z.array(z.object({ name: z.string() }))
const shape = z.object({
  title: z.string().min(1),
  target: z.object({ name: z.string() }),
  workloads: named,
  steadyState: z.array(z.object({ sentence: z.string() })),
  forms: named.min(1),
  parts: z.function(),
})

/**
 * Names and files, relative to the project, of its game days: `NAME.gameday.ts` (or `.js`) below
 * `experiments/`, or where its configuration says.
 */
export async function listGameDays(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const pattern = `${await experimentsFolder(root)}/**/*.gameday.{ts,mts,js,mjs}`
  for await (const path of glob(pattern, { cwd: root })) {
    files.set(basename(path).replace(ending, ''), path)
  }
  return files
}

/** @throws {LabError} `no-game-day` when there is none of this name, or its file exports none. */
export async function loadGameDay(root: string, name: string): Promise<GameDay> {
  const files = await listGameDays(root)
  const path = files.get(name)
  if (path === undefined) {
    const folder = await experimentsFolder(root)
    throw refusal(`a file ${name}.gameday.ts in ${folder}/`, [...files.keys()].join(', ') || 'none')
  }
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(join(root, path)).href)
  const parsed = shape.safeParse(loaded.default)
  if (!parsed.success) {
    throw refusal(`${path} to export a game day by default`, z.prettifyError(parsed.error))
  }
  return z.custom<GameDay>().parse(loaded.default)
}

function refusal(expected: string, found: string): LabError {
  return new LabError(
    {
      code: 'no-game-day',
      expected,
      found,
      why: 'A game day needs a system, its traffic, and what may be done to it.',
      next: 'Write one: docs/game-day.md has an example.',
    },
    'usage',
  )
}
