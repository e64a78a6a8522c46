import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ScenarioRun, ScenarioRunOptions } from './run-scenarios.ts'

/** Whether the scenarios notice that a defence is off everywhere. */
export interface Missed {
  readonly defence: string
  readonly result: 'missed' | 'unnoticed' | 'unknown'
  /** Tests that fail without it and pass with it. */
  readonly by: readonly string[]
  readonly files: readonly string[]
  readonly ran: number
  /** Why it is not known, or not noticed. */
  readonly why?: string
}

type Run = (options: Pick<ScenarioRunOptions, 'files' | 'titles' | 'off'>) => Promise<ScenarioRun>

/** Controls switch the defence off themselves, so they notice nothing. */
const noControl = '^(?!.*\\b[Cc]ontrols?\\b)'

/**
 * Runs the positive tests of `files` without the defence, and those that fail again with it: only a
 * test that then passes misses it.
 */
export async function missDefence(
  defence: string,
  files: readonly string[],
  run: Run,
): Promise<Missed> {
  const about = { defence, by: [], files, ran: 0 }
  if (files.length === 0) {
    return { ...about, result: 'unnoticed', why: 'no file of scenarios names it' }
  }
  const without = await run({ files, titles: noControl, off: [defence] })
  const ran = without.passed.length + without.failed.length
  if (without.unknown) return { ...about, ran, result: 'unknown', why: without.unknown }
  if (ran === 0) return { ...about, result: 'unknown', why: 'no test was run' }
  if (without.failed.length === 0) {
    return { ...about, ran, result: 'unnoticed', why: `${ran} tests pass without it` }
  }
  const again = await run({ files, titles: anyOf(without.failed), off: [] })
  const by = again.passed.filter(title => without.failed.includes(title))
  if (by.length > 0) return { ...about, ran, by, result: 'missed' }
  return { ...about, ran, result: 'unknown', why: again.unknown ?? 'what fails, fails with it too' }
}

/** The pattern does not depend on what Vitest puts between the titles of suites and of the test. */
function anyOf(titles: readonly string[]): string {
  return `^ ?(?:${titles.map(title => escaped(title).replaceAll(' ', '[ >]+')).join('|')})$`
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The files of scenarios whose text names it, and those of the modules of the service that do. */
export async function filesAbout(root: string, defence: string): Promise<readonly string[]> {
  const named = new RegExp(`(?<![\\w-])${escaped(defence)}(?![\\w-])`)
  const files = await filesWith(root, 'targets/scenarios/**/*.test.ts', named)
  const asks = await filesWith(root, 'targets/service/*/**/*.ts', named)
  const modules = new Set(asks.map(file => basename(dirname(file))))
  const all = await filesWith(root, 'targets/scenarios/**/*.test.ts', /(?:)/)
  return all.filter(file => files.includes(file) || modules.has(basename(dirname(file))))
}

async function filesWith(root: string, pattern: string, text: RegExp): Promise<readonly string[]> {
  const found: string[] = []
  for await (const file of glob(pattern, { cwd: root })) {
    if (text.test(await readFile(join(root, file), 'utf8'))) found.push(file)
  }
  return found.sort()
}
