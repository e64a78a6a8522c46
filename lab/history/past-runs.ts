import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, messageOf } from '../base/errors.ts'
import { readConclusion } from '../report/read-conclusion.ts'
import { listRuns } from '../run/run-folder.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

/** A run that came to a verdict, and where it is kept. */
export interface PastRun {
  /** Relative to the project: `runs/redis-failover/2026-…`. */
  readonly folder: string
  readonly conclusion: Conclusion
}

/** What was found, and which files could not be read, each with its reason. */
export interface Found<Item> {
  readonly found: readonly Item[]
  readonly unreadable: readonly Unreadable[]
}

export interface Unreadable {
  /** Relative to the project. */
  readonly file: string
  readonly why: string
}

/**
 * All runs kept in `runs/`, the oldest first. A run without a verdict is going on, or died, and is left
 * out; a verdict that cannot be read is named and hides no other.
 */
export async function readPastRuns(root: string): Promise<Found<PastRun>> {
  const found: PastRun[] = []
  const unreadable: Unreadable[] = []
  for (const name of await experimentsWithResults(root)) {
    for (const time of await listRuns(join(root, 'runs', name))) {
      const folder = `runs/${name}/${time}`
      const files: readonly string[] = await readdir(join(root, folder)).catch(() => [])
      if (!files.includes('verdict.json')) continue
      try {
        found.push({ folder, conclusion: await readConclusion(join(root, folder)) })
      } catch (error) {
        unreadable.push({ file: `${folder}/verdict.json`, why: reasonOf(error) })
      }
    }
  }
  return { found: found.sort((a, b) => order(a).localeCompare(order(b))), unreadable }
}

/** Names of the folders below `runs/`. */
export async function experimentsWithResults(root: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, 'runs'), { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
}

/** The experiment as it is: every defence on, every fault made, nothing planted. */
export function isAsItIs({ defencesOff, planted, faultsOff }: Conclusion): boolean {
  return defencesOff.length === 0 && planted.length === 0 && !faultsOff
}

/** In one line: the first of what was found. */
export function reasonOf(error: unknown): string {
  const text = messageOf(error)
  const found = error instanceof LabError ? /^ +Found +(.*)$/m.exec(text)?.[1] : undefined
  return (found ?? text).split('\n')[0]?.trim() ?? ''
}

function order({ folder, conclusion }: PastRun): string {
  return `${conclusion.startedAt} ${folder}`
}
