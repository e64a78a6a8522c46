import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { readOwnFileIfThere, writeOwnFile } from '../base/own-file.ts'
import { parseJson } from '../base/parse-json.ts'
import { parseConclusion } from '../report/read-conclusion.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

/** The last held run of each experiment, by name. */
export type LastGreen = Readonly<Record<string, Conclusion>>

export async function readLastGreen(file: string): Promise<LastGreen> {
  const text = await readOwnFileIfThere(file)
  if (text === undefined) return {}
  const saved = z.record(z.string(), z.unknown()).safeParse(parseJson(text))
  if (!saved.success) throw damaged(file, z.prettifyError(saved.error))
  return Object.fromEntries(
    Object.entries(saved.data).map(([name, one]) => [
      name,
      parseConclusion(one, `${file}, ${name}`),
    ]),
  )
}

function damaged(file: string, found: string): LabError {
  return new LabError({
    code: 'last-green-broken',
    expected: `the last held run of each experiment in ${file}`,
    found,
    why: 'What changed since cannot be told from a damaged file.',
    next: 'Remove it: the next held runs begin it anew.',
  })
}

/** Held runs take the place of their predecessors; others leave them be. */
export async function keepGreen(
  file: string,
  before: LastGreen,
  now: readonly Conclusion[],
): Promise<void> {
  const held = now.filter(({ verdict }) => verdict === 'held')
  const next = { ...before, ...Object.fromEntries(held.map(one => [one.experiment, one])) }
  await writeOwnFile(file, `${JSON.stringify(next, null, 2)}\n`)
}

/** What is different since the last green run, as Markdown; figures only where they moved by a fifth. */
export function diffToGreen(before: LastGreen, now: readonly Conclusion[]): string {
  const lines = now.flatMap(conclusion => {
    const green = before[conclusion.experiment]
    if (!green) return [`- ${conclusion.experiment}: never green before`]
    return changesSince(green, conclusion).map(change => `- ${conclusion.experiment}: ${change}`)
  })
  const body = lines.length > 0 ? lines : ['Nothing of note.']
  return ['### Since the last green run', '', ...body, ''].join('\n')
}

/** Verdict, checks, and figures that moved by a fifth, each in a few words. */
export function changesSince(green: Conclusion, now: Conclusion): readonly string[] {
  return [...wordChanges(green, now), ...figureChanges(green, now)]
}

function wordChanges(green: Conclusion, now: Conclusion): readonly string[] {
  const verdict = now.verdict === 'held' ? [] : [`held → **${now.verdict}**`]
  const checks = Object.entries(now.checks).flatMap(([name, { word }]) => {
    const was = green.checks[name]?.word ?? 'not there'
    return was === word ? [] : [`check ${name}: ${was} → ${word}`]
  })
  const gone = Object.keys(green.checks).filter(name => now.checks[name] === undefined)
  return [...verdict, ...checks, ...gone.map(name => `check ${name} is gone`)]
}

function figureChanges(green: Conclusion, now: Conclusion): readonly string[] {
  return Object.entries(now.checks).flatMap(([name, { figures }]) =>
    Object.entries(figures).flatMap(([figure, value]) => {
      const was = green.checks[name]?.figures[figure]
      if (was === undefined || Math.abs(value - was) <= Math.abs(was) / 5) return []
      return [`${name}.${figure}: ${round(was)} → ${round(value)}`]
    }),
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
