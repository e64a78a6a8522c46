import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import type { Experiment } from '../../model/experiment.ts'
import { configFiles } from '../../model/experiments-folder.ts'
import { loadExperiment, loadExperimentFile } from '../../model/load-experiment.ts'
import { loadSuite, suiteFile, suiteName } from '../../model/load-suite.ts'

export interface AskedExperiment {
  /** Names the run's folder. */
  readonly name: string
  /** By which this very one is asked for again, where it was by a file: from the working directory. */
  readonly file?: string
  /** Where `runs/` and `.lab/` are. */
  readonly root: string
  readonly experiment: Experiment
}

/**
 * The experiment of this name in the project of the working directory; or the one in this file, or all
 * of a suite, run in the project that the file belongs to: the folder that holds its `experiments/`, or
 * the one above it with a `package.json` or a `resilience.config`; else the working directory. What has a slash in it, or ends like a module, is a file; one of a suite
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
  const root = projectOf(file, cwd) ?? cwd
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
      file: `${path}@${one}`,
      root,
      experiment,
    }))
  }
  const name = basename(file, extname(file))
  return [{ name, root, file: path, experiment: await loadExperimentFile(file) }]
}

/** Looked for upwards, no further than the working directory. */
function projectOf(file: string, cwd: string): string | undefined {
  let holder: string | undefined
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (holder !== undefined && isProject(folder)) return folder
    if (folder === cwd) break
    if (basename(folder) === 'experiments') holder ??= dirname(folder)
  }
  return holder
}

function isProject(folder: string): boolean {
  return ['package.json', ...configFiles].some(name => existsSync(join(folder, name)))
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
