import { join } from 'node:path'
import { admitExternal } from '../admission/admit-external.ts'
import type { RunOptions } from '../admission/run-options.ts'
import type { Event } from '../journal/journal.ts'
import { sweep } from '../ledger/sweep.ts'
import type { Experiment } from '../model/experiment.ts'
import type { ExternalSystem } from '../model/external/external-system.ts'
import { loadExternal } from '../model/external/load-external.ts'
import type { Context, LabSystem } from '../model/target.ts'

/** Of toxics in a proxy that outlives the lab and its guardian; the target renews it. */
const lease = { ttlMs: 15_000, heartbeat: true }

/** What a run's context has of a system that runs already; nothing for another runtime. */
export type PreparedExternal = Pick<Context, 'external' | 'lease'>

/**
 * Reads the description of what runs already, and holds the plan to it. What an earlier crash left in
 * force is undone before, else it would be taken for somebody else's.
 * @throws {LabError} `admitExternal`'s and `loadExternal`'s.
 */
export async function prepareExternal<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
  root: string,
): Promise<PreparedExternal> {
  if (options.runtime !== 'external') return {}
  const described = await loadExternal(root)
  const external: ExternalSystem = { ...described, mayLoseAll: options.mayLoseAll ?? false }
  const nobody = { record: (event: Event) => ({ ...event, index: 0, atMs: 0, source: 'lab' }) }
  await sweep(join(root, '.lab'), nobody, options.progress)
  await admitExternal(experiment, external, { ...options, root })
  return { external, lease }
}
