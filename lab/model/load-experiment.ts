import { glob } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closest } from 'fastest-levenshtein'
import { z } from 'zod'
import { LabError, messageOf } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import type { Experiment } from './experiment.ts'
import { loadStorms } from './load-storms.ts'
import { cellOf } from './storm.ts'

export interface FoundExperiment {
  readonly name: string
  readonly file: string
}

/** All experiments below `experiments/`, by name. */
export async function listExperiments(root: string): Promise<readonly FoundExperiment[]> {
  const found: FoundExperiment[] = []
  for await (const path of glob('experiments/**/*.{ts,mts,js,mjs}', { cwd: root })) {
    if (/\.(test|storm)\.m?[jt]s$|\.d\.m?ts$/.test(path)) continue
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
  if (!found) return (await loadCell(root, name)) ?? fail(unknown(name, all))
  if (others.length > 0) throw ambiguous(name, [found, ...others])
  return loadExperimentFile(found.file)
}

/** A cell of a storm has a name with `@` in it, and no file of its own. */
async function loadCell(root: string, name: string): Promise<Experiment | undefined> {
  if (!name.includes('@')) return undefined
  const storms = await loadStorms(root)
  return storms.map(one => cellOf(one, name)).find(cell => cell !== undefined)
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
  const parsed = shape.safeParse(loaded.default)
  if (parsed.success) return parsed.data
  const found = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw broken(file, found.join('\n           '), 'Correct the fields named above.')
}

/** Inert data is looked at member by member; what only runs can show is left to the run. */
const shape = z.custom<Experiment>().superRefine((value, context) => {
  const { error } = members.safeParse(value)
  for (const { path, message } of error?.issues ?? []) {
    context.addIssue({ code: 'custom', path, message })
  }
})

const named = { name: z.string() }
const method = z.custom<() => unknown>(value => typeof value === 'function', 'expected a function')
const target = z.object({ ...named, defences: z.array(z.string()), start: method })
const strike = z.object({
  moment: z.object({ kind: z.enum(['at', 'after', 'when']) }),
  fault: z.object({ ...named, label: z.string(), needs: z.array(z.string()), plan: method }),
  least: z.int().nonnegative().optional(),
  leastEach: z.int().nonnegative().optional(),
})
const members = z.object({
  title: z.string().min(1),
  because: z.string().min(1),
  tier: z.enum(['push', 'night']).optional(),
  target,
  steadyState: z.array(
    z.object({
      sentence: z.string(),
      probe: z.object(named),
      overMs: z.number().positive(),
      samples: z.number().positive(),
    }),
  ),
  workloads: z.array(
    z.object({
      ...named,
      perSecond: z.union([
        z.number().positive(),
        z.array(z.object({ for: z.string(), perSecond: z.number().nonnegative() })).min(1),
        z.object({ thinkTime: z.string() }),
      ]),
      clients: z.int().positive(),
      maxInFlight: z.int().positive(),
      giveUpMs: z.number().positive(),
      operations: method,
      open: method,
    }),
  ),
  schedule: z.array(strike),
  controls: z
    .array(
      z.object({
        ...named,
        breaks: z.string(),
        mayAlsoBreak: z.array(z.string()),
        strikes: z.array(strike),
        target: target.optional(),
      }),
    )
    .optional(),
  abortWhen: z.array(z.object({ probe: z.object(named), forMs: z.number().positive() })),
  checks: z.record(z.string(), z.object({ ...named, check: method })),
  defences: z.array(
    z.object({
      ...named,
      off: z.array(z.string()).min(1),
      breaks: z.string(),
      mayAlsoBreak: z.array(z.string()),
    }),
  ),
})

async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    const where = cause instanceof Error ? placeOf(cause) : undefined
    const found = where === undefined ? messageOf(cause) : `${messageOf(cause)} (${where})`
    throw broken(file, found, 'Correct the file; the type checker tells more.', cause)
  }
}

/** Syntax errors carry their place in the first line of the stack. */
function placeOf(error: Error): string | undefined {
  return /(?:file:\/\/)?(\/[^\s:]+\.ts:\d+)/.exec(error.stack ?? '')?.[1]
}

function unknown(name: string, all: readonly FoundExperiment[]): LabError {
  const names = all.map(one => one.name)
  const hint = names.length > 0 ? `Did you mean ${closest(name, names)}? ` : ''
  return new LabError(
    {
      code: 'unknown-experiment',
      expected: `the name of an experiment: ${names.join(', ') || '(there are none here)'}`,
      found: name,
      why: 'No file experiments/**/<name>.ts has this name.',
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

function broken(file: string, found: string, next: string, cause?: unknown): LabError {
  const expected = `${file} to be an experiment`
  const why = 'Only a well-formed plan can be run.'
  return new LabError({ code: 'broken-experiment', expected, found, why, next, cause }, 'usage')
}
