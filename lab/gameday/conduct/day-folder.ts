import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { readJournal } from '../../journal/read-journal.ts'
import { listRuns, makeRunFolder } from '../../run/run-folder.ts'
import { DayState } from '../record/day-state.ts'

const keptDays = 100

/** A day's folder below `runs/`, and what its journal holds when it is not new. */
export interface DayFolder {
  readonly folder: string
  readonly state: DayState
  readonly after?: { readonly count: number; readonly bytes: number; readonly atMs: number }
}

/** `runs/game-day-NAME/<time>` */
export const folderName = (name: string) => `game-day-${name}`

export async function newDay(root: string, name: string, now: Date): Promise<DayFolder> {
  const folder = await makeRunFolder(root, folderName(name), now, keptDays)
  return { folder, state: new DayState() }
}

/** The folder of the latest day of this name. @throws {LabError} `no-day` when there is none. */
export async function latestDay(root: string, name: string): Promise<string> {
  const all = join(root, 'runs', folderName(name))
  const last = (await listRuns(all)).at(-1)
  if (last === undefined) throw noDay(`a day in ${all}`, 'none')
  return join(all, last)
}

/**
 * The latest day again, as its journal tells it; a line that a kill cut short is taken off.
 * @throws {LabError} `no-day` when there is none, or it is closed.
 */
export async function resumedDay(root: string, name: string, now: Date): Promise<DayFolder> {
  const folder = await latestDay(root, name)
  const file = join(folder, 'journal.jsonl')
  await cutTorn(file)
  const state = new DayState()
  const entries = await readJournal(file)
  for (const entry of entries) state.take(entry)
  if (!state.opened) throw noDay(`${file} to begin with a day`, 'something else')
  if (state.closedMs !== undefined) throw noDay('a day that goes on', `${folder} is closed`)
  const { size: bytes } = await stat(file)
  const atMs = Math.max(state.atMs, now.getTime() - new Date(state.opened.at).getTime())
  return { folder, state, after: { count: entries.length, bytes, atMs } }
}

async function cutTorn(file: string): Promise<void> {
  const bytes = await readFile(file)
  const whole = bytes.lastIndexOf(10) + 1
  if (whole === bytes.length) return
  await using handle = await open(file, 'r+')
  await handle.truncate(whole)
}

function noDay(expected: string, found: string): LabError {
  return new LabError(
    {
      code: 'no-day',
      expected,
      found,
      why: 'Only a day that was begun and not closed can go on.',
      next: 'begin one: pnpm gameday',
    },
    'usage',
  )
}
