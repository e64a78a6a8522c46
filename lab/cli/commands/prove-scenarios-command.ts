import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { z } from 'zod'
import { systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import { writeOwnFile } from '../../base/own-file.ts'
import { print, printPart } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import { filesAbout, type Missed, missDefence } from '../../scenarios/miss-defence.ts'
import { runScenarios } from '../../scenarios/run-scenarios.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { collect, parseCount } from '../support/options.ts'
import { table } from '../support/table.ts'

const defencesFile = 'targets/service/defences.ts'
const defencesModule = z.object({ defenceNames: z.array(z.string()) })

interface Flags {
  readonly only: readonly string[]
  readonly limit: number
}

export function addProveScenariosCommand(program: Command): void {
  program
    .command('prove-scenarios')
    .description('each defence off everywhere: show that a positive scenario misses it')
    .option('--only <name>', 'this defence only; may be given several times', collect, [])
    .option('--limit <seconds>', 'time for each run of tests', parseCount, 300)
    .action(async ({ only, limit }: Flags) => {
      const root = process.cwd()
      const startedAt = systemClock.wall().toISOString()
      const names = await chosen(root, only)
      using interrupts = catchInterrupts()
      const all: Missed[] = []
      for (const name of names) {
        printPart(process.stdout, `without ${name} … `)
        const common = { root, limitMs: limit * 1_000, signal: interrupts.signal }
        const files = await filesAbout(root, name)
        const one = await missDefence(name, files, run => runScenarios({ ...common, ...run }))
        if (interrupts.signal.aborted) break
        print(process.stdout, one.result)
        all.push(one)
      }
      const file = await write(root, startedAt, all)
      print(process.stdout, `\n${text(all)}\n\n${relative(root, file)}`)
      process.exitCode = codeOf(all)
      if (interrupts.signal.aborted) process.exitCode = exitCodes.interrupted
    })
}

async function chosen(root: string, only: readonly string[]): Promise<readonly string[]> {
  const module: unknown = await import(pathToFileURL(join(root, defencesFile)).href)
  const { defenceNames } = defencesModule.parse(module)
  const wrong = only.find(name => !defenceNames.includes(name))
  if (wrong === undefined) return only.length > 0 ? only : defenceNames
  throw new LabError(
    {
      code: 'no-such-defence',
      expected: `a defence of ${defencesFile}`,
      found: wrong,
      why: 'A proof of nothing would hold.',
      next: `choose one of: ${defenceNames.join(', ')}`,
    },
    'usage',
  )
}

function codeOf(all: readonly Missed[]): number {
  if (all.some(({ result }) => result === 'unnoticed')) return exitCodes.broken
  return all.every(({ result }) => result === 'missed') ? exitCodes.held : exitCodes.inconclusive
}

function text(all: readonly Missed[]): string {
  const rows = all.map(({ defence, result, by: [first], ran, why }) => [
    result === 'missed' ? '✓' : '✗',
    defence,
    result,
    `${ran}`,
    first ?? why ?? '',
  ])
  const missed = all.filter(({ result }) => result === 'missed').length
  return [
    table([['', 'without', 'result', 'tests', 'missed by'], ...rows]),
    `${missed} of ${all.length} missed`,
  ].join('\n')
}

async function write(root: string, startedAt: string, all: readonly Missed[]): Promise<string> {
  const folder = await writableFolder(join(root, 'runs', 'scenarios', 'proofs'))
  const file = join(folder, `${startedAt.replace(/[:.]/g, '-')}.json`)
  await writeOwnFile(file, `${JSON.stringify({ startedAt, defences: all }, null, 2)}\n`)
  return file
}
