import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../base/duration.ts'
import { collect } from '../support/options.ts'
import { runStorm, type StormFlags } from '../support/run-storm.ts'

export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .description('every workload under each fault of a standard set: runs/storm-matrix.html')
    .option('--only <name>', 'a workload, a fault, or WORKLOAD@FAULT (repeatable)', collect, [])
    .option('--budget <duration>', 'begin no cell after this long: 10m', parseSpan)
    .option('--fresh', 'begin anew instead of continuing what was interrupted')
    .action(async (flags: StormFlags) => {
      process.exitCode = await runStorm(process.cwd(), flags)
    })
}

function parseSpan(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new InvalidArgumentError("expected a duration such as '90s' or '10m'.")
  }
}
