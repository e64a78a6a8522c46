import { glob } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Experiment } from './experiment.ts'
import { experimentsFolder } from './experiments-folder.ts'
import { parseExperiment } from './parse-experiment.ts'

/** Files that export experiments by name: `export default { 'redis-away': experiment(…), … }`. */
export const suiteFile = /\.suite\.m?[jt]s$/

/** @throws {LabError} `broken-experiment` with the name of the one that is wrong. */
export async function loadSuite(file: string): Promise<ReadonlyMap<string, Experiment>> {
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(file).href)
  const named = Object.entries(Object(loaded.default))
  return new Map(named.map(([name, value]) => [name, parseExperiment(`${file}, ${name}`, value)]))
}

/** One of a suite of the project, by both names: `common@redis-away`. Undefined where there is none. */
export async function loadOfSuite(root: string, name: string): Promise<Experiment | undefined> {
  const [suite = '', one = ''] = name.split('@')
  for await (const file of suiteFiles(root)) {
    if (suiteName(file) !== suite) continue
    const found = (await loadSuite(file)).get(one)
    if (found) return found
  }
  return undefined
}

/** All of all suites of the project, by both names; each suite is loaded. */
export async function listOfSuites(root: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const file of suiteFiles(root)) {
    for (const one of (await loadSuite(file)).keys()) names.push(`${suiteName(file)}@${one}`)
  }
  return names.sort()
}

async function* suiteFiles(root: string): AsyncGenerator<string> {
  const pattern = `${await experimentsFolder(root)}/**/*.suite.{ts,mts,js,mjs}`
  for await (const path of glob(pattern, { cwd: root })) yield join(root, path)
}

/** `common`, of `experiments/common.suite.ts`. */
export function suiteName(file: string): string {
  return basename(file).replace(suiteFile, '')
}
