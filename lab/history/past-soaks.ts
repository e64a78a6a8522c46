import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readSoakRuns, type SoakRun } from '../proof/soak.ts'
import { reasonOf, type Unreadable } from './past-runs.ts'

/** The ledgers of `docs/soak/`, by experiment, and those that could not be read. */
export async function readPastSoaks(root: string): Promise<{
  readonly ledgers: ReadonlyMap<string, readonly SoakRun[]>
  readonly unreadable: readonly Unreadable[]
}> {
  const ledgers = new Map<string, readonly SoakRun[]>()
  const unreadable: Unreadable[] = []
  const files = await readdir(join(root, 'docs/soak')).catch(() => [])
  for (const file of files.filter(each => each.endsWith('.jsonl')).sort()) {
    try {
      ledgers.set(basename(file, '.jsonl'), await readSoakRuns(join(root, 'docs/soak', file)))
    } catch (error) {
      unreadable.push({ file: `docs/soak/${file}`, why: reasonOf(error) })
    }
  }
  return { ledgers, unreadable }
}
