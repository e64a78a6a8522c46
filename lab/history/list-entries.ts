import { dirname, join, relative } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { defencesOf } from '../model/defences-of.ts'
import { experimentsFolder } from '../model/experiments-folder.ts'
import { listExperiments, loadExperimentFile } from '../model/load-experiment.ts'
import { claimsOf } from '../proof/prove.ts'
import { type ExperimentRecord, recordOf } from './experiment-record.ts'
import type { History } from './read-history.ts'

/** One experiment of the project: what it asks, and how it stood when last seen. */
export type ListEntry = {
  readonly name: string
  /** Relative to the project. */
  readonly file: string
  /** The folder below that of the experiments; empty for one that stands there itself. */
  readonly family: string
} & (
  | ({
      readonly title: string
      readonly tier: 'push' | 'night'
      readonly defences: readonly string[]
    } & ExperimentRecord)
  | { readonly broken: string }
)

/** All experiments, by family and name. A file that is none is listed with its reason. */
export async function listEntries(root: string, history: History): Promise<readonly ListEntry[]> {
  const entries: ListEntry[] = []
  const folder = join(root, await experimentsFolder(root))
  for (const { name, file } of await listExperiments(root)) {
    const family = relative(folder, dirname(file))
    const known = { name, file: relative(root, file), family }
    const about = await loadExperimentFile(file).then(
      experiment => ({
        title: experiment.title,
        tier: experiment.tier ?? ('night' as const),
        defences: defencesOf(experiment).map(each => each.name),
        ...recordOf(claimsOf(experiment), history.of(name)),
      }),
      (error: unknown) => ({ broken: foundOf(messageOf(error)) }),
    )
    entries.push({ ...known, ...about })
  }
  return entries.sort((a, b) => a.family.localeCompare(b.family) || a.name.localeCompare(b.name))
}

/** The second line of what the loader says. */
function foundOf(message: string): string {
  return (message.split('\n')[1] ?? message).replace(/^ *Found */, '').trim()
}
