import { glob } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closest, distance } from 'fastest-levenshtein'
import { LabError, messageOf } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import type { Experiment } from './experiment.ts'
import { experimentsFolder } from './experiments-folder.ts'
import { loadStorms } from './load-storms.ts'
import { loadOfSuite } from './load-suite.ts'
import { broken, parseExperiment } from './parse-experiment.ts'
import { cellOf } from './storm.ts'

export interface FoundExperiment {
  readonly name: string
  readonly file: string
}

/** All experiments of the project, by name: below `experiments/`, or where its configuration says. */
export async function listExperiments(root: string): Promise<readonly FoundExperiment[]> {
  const found: FoundExperiment[] = []
  for await (const path of glob(`${await experimentsFolder(root)}/**/*.{ts,mts,js,mjs}`, {
    cwd: root,
  })) {
    if (/\.(test|storm|suite|gameday)\.m?[jt]s$|\.d\.m?ts$/.test(path)) continue
    found.push({ name: basename(path, extname(path)), file: join(root, path) })
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.file.localeCompare(b.file))
}

/**
 * @throws {LabError} `unknown-experiment` with the nearest name, `ambiguous-experiment` when two files
 * have it, or `broken-experiment` with file and field; all are wrong usage (64).
 */
export async function loadExperiment(root: string, name: string): Promise<Experiment> {
  const all = await listExperiments(root)
  const [found, ...others] = all.filter(one => one.name === name)
  if (!found)
    return (await loadCell(root, name)) ?? fail(unknown(name, all, await experimentsFolder(root)))
  if (others.length > 0) throw ambiguous(name, [found, ...others])
  return loadExperimentFile(found.file)
}

/** A cell of a storm, or one of a suite, has a name with `@` in it, and no file of its own. */
async function loadCell(root: string, name: string): Promise<Experiment | undefined> {
  if (!name.includes('@')) return undefined
  const storms = await loadStorms(root)
  const cell = storms.map(one => cellOf(one, name)).find(found => found !== undefined)
  return cell ?? loadOfSuite(root, name)
}

function fail(error: LabError): never {
  throw error
}

/** @throws {LabError} `broken-experiment` */
export async function loadExperimentFile(file: string): Promise<Experiment> {
  const loaded = await importFile(file)
  if (loaded.default === undefined) {
    throw broken(file, 'no default export', 'End the file with export default experiment({ … }).')
  }
  return parseExperiment(file, loaded.default)
}

async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    const where = cause instanceof Error ? placeOf(cause, file) : undefined
    const found = where === undefined ? messageOf(cause) : `${messageOf(cause)} (${where})`
    throw broken(file, found, 'Correct the file; the type checker tells more.', cause)
  }
}

/** Where in the file, else in the first one of the stack; syntax errors have theirs in its first line. */
function placeOf(error: Error, file: string): string | undefined {
  const places = /(?:file:\/\/)?(\/[^\s:]+\.[mc]?[jt]s:\d+)/g
  const all = [...(error.stack ?? '').matchAll(places)].flatMap(([, place]) => place ?? [])
  return all.find(place => place.startsWith(`${file}:`)) ?? all[0]
}

function unknown(name: string, all: readonly FoundExperiment[], folder: string): LabError {
  const names = all.map(one => one.name)
  const near = names.length > 0 ? closest(name, names) : ''
  const isNear = near !== '' && distance(name, near) <= Math.max(2, near.length / 3)
  const hint = isNear ? `Did you mean ${near}? ` : ''
  return new LabError(
    {
      code: 'unknown-experiment',
      expected: `the name of an experiment: ${names.join(', ') || '(there are none here)'}`,
      found: name,
      why: `No file in ${folder}/ has this name.`,
      next: `${hint}${called('list')} shows all.`,
    },
    'usage',
  )
}

function ambiguous(name: string, found: readonly FoundExperiment[]): LabError {
  return new LabError(
    {
      code: 'ambiguous-experiment',
      expected: `one experiment called ${name}`,
      found: found.map(({ file }) => file).join(', '),
      why: 'An experiment is known by the name of its file, so one of these would never be run.',
      next: 'Rename all but one.',
    },
    'usage',
  )
}
