import { dirname } from 'node:path'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { appendOwnFile, readOwnFileIfThere } from '../base/own-file.ts'
import { parseJson } from '../base/parse-json.ts'
import { verdicts } from '../base/verdict.ts'
import { writableFolder } from '../ledger/writable-folder.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { ablationProblems, type Claim } from './proof.ts'

const soakRun = z.object({
  at: z.string(),
  commit: z.string(),
  seed: z.int(),
  /** `as it is`, or the defence that was off or the control that was planted. */
  change: z.string(),
  verdict: z.enum(verdicts),
  /** Held as it is; or broken as claimed with the change. */
  asExpected: z.boolean(),
  problems: z.array(z.string()),
  findings: z.record(z.string(), z.enum(['valid', 'invalid', 'unknown'])),
  durationMs: z.number(),
})

/** One line of the ledger of an experiment's runs. */
export type SoakRun = z.infer<typeof soakRun>

export const asItIs = 'as it is'

export function soakRunOf(
  conclusion: Conclusion,
  commit: string,
  claim: Claim | undefined,
): SoakRun {
  const problems = claim
    ? ablationProblems(claim, conclusion)
    : conclusion.reasons.map(({ text }) => text)
  return {
    at: conclusion.startedAt,
    commit,
    seed: conclusion.seed,
    change: claim?.name ?? asItIs,
    verdict: conclusion.verdict,
    asExpected: problems.length === 0,
    problems: [...problems],
    findings: Object.fromEntries(
      Object.entries(conclusion.checks).map(([name, { word }]) => [name, word]),
    ),
    durationMs: conclusion.durationMs,
  }
}

export async function appendSoakRun(file: string, one: SoakRun): Promise<void> {
  await writableFolder(dirname(file))
  await appendOwnFile(file, `${JSON.stringify(one)}\n`)
}

/** @throws {LabError} `soak-ledger-broken`, with file and line. */
export async function readSoakRuns(file: string): Promise<readonly SoakRun[]> {
  const text = (await readOwnFileIfThere(file)) ?? ''
  return text
    .split('\n')
    .filter(Boolean)
    .map((line, index) => {
      const parsed = soakRun.safeParse(parseJson(line))
      if (parsed.success) return parsed.data
      throw new LabError({
        code: 'soak-ledger-broken',
        expected: `a run at ${file}:${index + 1}`,
        found: z.prettifyError(parsed.error),
        why: 'Figures from a damaged ledger would be invented.',
        next: 'Restore the file from version control.',
      })
    })
}

export interface SoakFigure {
  readonly change: string
  readonly runs: number
  readonly asExpected: number
  /** So many of the latest, without a break. */
  readonly inARow: number
  readonly seeds: number
}

/** How often each kind of run came out as it must. */
export function soakFigures(runs: readonly SoakRun[]): readonly SoakFigure[] {
  return [...Map.groupBy(runs, one => one.change)].map(([change, group]) => {
    const lastMiss = group.findLastIndex(one => !one.asExpected)
    return {
      change,
      runs: group.length,
      asExpected: group.filter(one => one.asExpected).length,
      inARow: group.length - 1 - lastMiss,
      seeds: new Set(group.map(one => one.seed)).size,
    }
  })
}
