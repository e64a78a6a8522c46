import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { verdicts } from '../base/verdict.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

const figures = z.record(z.string(), z.number())
const witness = z.object({ what: z.string(), entries: z.array(z.int()), atMs: z.number() })
const check = z.object({
  checker: z.string(),
  word: z.enum(['valid', 'invalid', 'unknown']),
  story: z.string(),
  figures,
  witness: witness.exactOptional(),
})
const hypothesis = z.object({
  sentence: z.string(),
  when: z.enum(['before', 'during', 'after', 'rolled-back']),
  held: z.boolean(),
  value: z.json(),
  expected: z.string(),
})
const fault = z.object({
  id: z.number(),
  label: z.string(),
  landed: z.number().exactOptional(),
  plannedAtMs: z.number().exactOptional(),
  appliedAtMs: z.number().exactOptional(),
  healedAtMs: z.number().exactOptional(),
})
const conclusion = z.object({
  verdict: z.enum(verdicts),
  exitCode: z.int(),
  experiment: z.string(),
  title: z.string(),
  seed: z.number(),
  runId: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  startMs: z.number().exactOptional(),
  defencesOff: z.array(z.string()),
  faultsOff: z.boolean(),
  planted: z.array(z.string()),
  proxy: z.enum(['embedded', 'toxiproxy']),
  checks: z.record(z.string(), check),
  hypotheses: z.array(hypothesis),
  faults: z.array(fault),
  reasons: z.array(
    z.object({
      word: z.enum(['error', 'not-restored', 'broken', 'inconclusive']),
      text: z.string(),
      check: z.string().exactOptional(),
    }),
  ),
})

/** @throws {LabError} `verdict-broken` when there is no `verdict.json`, or it is none. */
export async function readConclusion(runFolder: string): Promise<Conclusion> {
  const file = join(runFolder, 'verdict.json')
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
    return JSON.parse(await readFile(file, 'utf8'))
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
    next: `Judge the run again from its journal: pnpm lab judge ${runFolder}`,
  })
}
