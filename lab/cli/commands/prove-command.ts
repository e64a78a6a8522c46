import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import { called } from '../../base/installation.ts'
import { writeOwnFile } from '../../base/own-file.ts'
import { print } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import { exitCodes } from '../../base/verdict.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import type { Experiment } from '../../model/experiment.ts'
import { loadExperiment } from '../../model/load-experiment.ts'
import type { Proof } from '../../proof/proof.ts'
import { prove, unprovable } from '../../proof/prove.ts'
import { chosenClaims } from '../support/chosen-claims.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { parseCount, parseSeed } from '../support/options.ts'
import { proofTable } from '../support/proof-table.ts'
import { proxyOption } from '../support/proxy-option.ts'
import { runQuiet } from '../support/run-quiet.ts'
import { writeIndex } from '../support/write-index.ts'

interface Flags {
  readonly seed?: number
  readonly proxy: 'embedded' | 'toxiproxy'
  readonly only?: string
  readonly times: number
  readonly all?: boolean
  readonly fresh?: boolean
}

export function addProveCommand(program: Command): void {
  program
    .command('prove [name]')
    .description('fault × defence: show that each check can fail, and fails for its reason')
    .option('--all', 'every experiment, then the kill matrix in runs/kill-matrix.html')
    .option('--fresh', 'with --all: begin anew instead of continuing what was interrupted')
    .option('--only <name>', 'prove one defence or control only')
    .option('--times <number>', 'prove so many times, with fresh seeds', parseCount, 1)
    .option('--seed <number>', 'seed of the first time', parseSeed)
    .addOption(proxyOption())
    .action(async (name: string | undefined, { only, ...flags }: Flags) => {
      if (flags.all && name === undefined) {
        const { proveAll } = await import('../support/prove-all.ts')
        process.exitCode = await proveAll(process.cwd(), flags)
        return
      }
      if (name === undefined || flags.all) throw oneOrAll()
      const seed = flags.seed ?? freshSeed()
      print(process.stdout, `${name}, seed ${seed}`)
      const experiment = await loadExperiment(process.cwd(), name)
      chosenClaims(experiment, only)
      using interrupts = catchInterrupts()
      const open = only === undefined ? unprovable(experiment) : []
      let proved = open.length === 0
      for (let time = 0; time < flags.times; time++) {
        const own = {
          ...flags,
          ...(only === undefined ? {} : { only }),
          seed: (seed + time) % 2 ** 32,
        }
        proved = (await proveOnce(experiment, name, own, interrupts.signal)) && proved
        if (interrupts.signal.aborted) break
      }
      for (const check of open) {
        print(process.stdout, `unproved: no defence or control breaks the check ${check}`)
      }
      process.exitCode = proved ? exitCodes.held : exitCodes.inconclusive
      if (interrupts.signal.aborted) process.exitCode = exitCodes.interrupted
    })
}

function oneOrAll(): LabError {
  return new LabError(
    {
      code: 'one-or-all',
      expected: 'the name of an experiment, or --all',
      found: 'neither, or both',
      why: 'Proving takes minutes: it should be said of what.',
      next: `${called('list')} shows all names.`,
    },
    'usage',
  )
}

async function proveOnce(
  experiment: Experiment,
  name: string,
  { seed = 0, proxy, only }: Flags,
  signal: AbortSignal,
): Promise<boolean> {
  const root = process.cwd()
  const startedAt = systemClock.wall().toISOString()
  const proofs = await prove(experiment, {
    only,
    signal,
    run: (changes, label) =>
      runQuiet(experiment, { name, seed, proxy, root, signal, keep: 100, ...changes }, label),
  }).catch((error: unknown) => {
    if (signal.aborted) return []
    throw error
  })
  if (signal.aborted) return false
  print(process.stdout, `\n${proofTable(proofs)}`)
  const file = await write(root, name, startedAt, { experiment: name, seed, startedAt, proofs })
  await writeIndex(root)
  print(process.stdout, `\n${relative(root, file)}`)
  return proofs.every(({ proved }) => proved)
}

async function write(
  root: string,
  name: string,
  startedAt: string,
  content: { readonly proofs: readonly Proof[] } & Record<string, unknown>,
): Promise<string> {
  const folder = await writableFolder(join(root, 'runs', name, 'proofs'))
  const file = join(folder, `${startedAt.replace(/[:.]/g, '-')}.json`)
  const proved = content.proofs.every(proof => proof.proved)
  await writeOwnFile(file, `${JSON.stringify({ ...content, proved }, null, 2)}\n`)
  return file
}
