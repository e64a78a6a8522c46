/** By which all that a run has in an engine is found, also after the lab was killed. */
export const projectLabel = 'dev.resilience-lab.project'
export const runLabel = 'dev.resilience-lab.run'

export function labelsOf(runId: string): Readonly<Record<string, string>> {
  return { [projectLabel]: 'run', [runLabel]: runId }
}
