import { listExperiments } from './load-experiment.ts'
import { listOfSuites } from './load-suite.ts'

/** The names of all experiments of the project: those with a file of their own, then those of suites. */
export async function listAll(root: string): Promise<readonly string[]> {
  const own = (await listExperiments(root)).map(({ name }) => name)
  return [...own, ...(await listOfSuites(root))]
}
