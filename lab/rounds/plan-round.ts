import type { Capabilities } from '../admission/capabilities.ts'
import { isRequired, type Lacking, lackingOf } from '../admission/lacking.ts'
import type { Experiment } from '../model/experiment.ts'
import { loadExperiment } from '../model/load-experiment.ts'
import { measuresTime } from './measures-time.ts'

/** How an experiment is to be run among others. */
export interface Planned {
  readonly name: string
  readonly experiment: Experiment
  /** It measures time, so nothing may run beside it. */
  readonly alone: boolean
  /** What this machine lacks for it; with any of it, it is not run. */
  readonly lacking: readonly Lacking[]
}

/** All are loaded, so that a broken file is told before anything runs. */
export async function planRound(
  root: string,
  names: readonly string[],
  capabilities: Capabilities,
): Promise<readonly Planned[]> {
  const planned: Planned[] = []
  for (const name of names) {
    const experiment = await loadExperiment(root, name)
    const lacking = await lackingOf(experiment, capabilities)
    planned.push({ name, experiment, alone: measuresTime(experiment), lacking })
  }
  return planned
}

/** Why it is not run, and the line that brings it. */
export function notRunWords(lacking: readonly Lacking[]): string {
  return lacking
    .map(({ need, why, bring }) => `needs ${need}, which is not here (${why}): ${bring}`)
    .join('; ')
}

/** Left out though the environment demands everything (`LAB_REQUIRE`). */
export function isMissed({ lacking }: Pick<Planned, 'lacking'>): boolean {
  return lacking.length > 0 && isRequired(lacking.map(({ need }) => need))
}
