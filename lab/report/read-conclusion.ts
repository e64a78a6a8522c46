import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import { readOwnFile } from '../base/own-file.ts'
import { type Conclusion, conclusion } from '../verdict/conclusion.ts'

/** @throws {LabError} `verdict-broken` when there is no `verdict.json`, or it is none. */
export async function readConclusion(
  runFolder: string,
  name = 'verdict.json',
): Promise<Conclusion> {
  const file = join(runFolder, name)
  return parseConclusion(await readJson(file, runFolder), file, runFolder)
}

/** @throws {LabError} `verdict-broken` when it is no conclusion; `from` says where it was. */
export function parseConclusion(value: unknown, from: string, runFolder = 'RUN'): Conclusion {
  const parsed = conclusion.safeParse(value)
  if (parsed.success) return parsed.data
  throw broken(from, runFolder, z.prettifyError(parsed.error))
}

async function readJson(file: string, runFolder: string): Promise<unknown> {
  try {
    return JSON.parse(await readOwnFile(file))
  } catch (cause) {
    throw broken(file, runFolder, cause instanceof Error ? cause.message : String(cause))
  }
}

function broken(file: string, runFolder: string, found: string): LabError {
  return new LabError({
    code: 'verdict-broken',
    expected: `the verdict of a run in ${file}`,
    found,
    why: 'A report must not guess what was concluded.',
    next: `Judge the run again from its journal: ${called(`judge ${runFolder}`)}`,
  })
}
