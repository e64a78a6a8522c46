import { existsSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import type { Experiment } from '../../model/experiment.ts'
import { loadExperiment, loadExperimentFile } from '../../model/load-experiment.ts'
import { loadSuite, suiteFile, suiteName } from '../../model/load-suite.ts'

export interface AskedExperiment {
  /** Names the run's folder. */
  readonly name: string
  /** Where `runs/` and `.lab/` are. */
  readonly root: string
  readonly experiment: Experiment
}

/**
 * The experiment of this name in the project of the working directory; or the one in this file, or all
 * of a suite, run in the project that the file belongs to: the folder that holds its `experiments/`,
 * else the working directory. What has a slash in it, or ends like a module, is a file; one of a suite
 * may be named after it: `experiments/common.suite.ts@redis-away`.
 */
export async function askedExperiments(
  asked: string,
  cwd: string,
): Promise<readonly AskedExperiment[]> {
  if (!/[\\/]|\.[cm]?[jt]s(@|$)/.test(asked)) {
    return [{ name: asked, root: cwd, experiment: await loadExperiment(cwd, asked) }]
  }
  const [, path = asked, wanted] = /^(.+\.suite\.m?[jt]s)@(.+)$/.exec(asked) ?? []
  const file = resolve(cwd, path)
  if (!existsSync(file)) throw noFile(asked, file)
  const root = projectOf(file) ?? cwd
  if (suiteFile.test(file)) {
    const suite = [...(await loadSuite(file))]
    const chosen = suite.filter(([one]) => wanted === undefined || one === wanted)
    if (chosen.length === 0)
      throw notInSuite(
        asked,
        suite.map(([one]) => one),
      )
    return chosen.map(([one, experiment]) => ({
      name: `${suiteName(file)}@${one}`,
      root,
      experiment,
    }))
  }
  const name = basename(file, extname(file))
  return [{ name, root, experiment: await loadExperimentFile(file) }]
}

function projectOf(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === 'experiments') return dirname(folder)
  }
  return undefined
}

function noFile(asked: string, file: string): LabError {
  return new LabError(
    {
      code: 'unknown-experiment',
      expected: `a file with an experiment: ${asked}`,
      found: `nothing at ${file}`,
      why: 'What has a slash in it, or ends like a module, is taken for a file.',
      next: 'Correct the path, or give the name of an experiment of this project.',
    },
    'usage',
  )
}

function notInSuite(asked: string, there: readonly string[]): LabError {
  return new LabError(
    {
      code: 'unknown-experiment',
      expected: `one of this suite: ${there.join(', ') || '(it is empty)'}`,
      found: asked,
      why: 'A suite holds experiments by their names.',
      next: 'Correct the name, or leave it out for all of them.',
    },
    'usage',
  )
}
