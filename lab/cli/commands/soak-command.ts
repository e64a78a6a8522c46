import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../base/clock.ts'
import { parseDuration } from '../../base/duration.ts'
import { exitCodes, worst } from '../../base/verdict.ts'
import { commitOf } from '../support/commit-of.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { parseCount } from '../support/options.ts'
import { proxyOption } from '../support/proxy-option.ts'
import { type Soak, type SoakFlags, soakAll, soakOne } from '../support/soaking.ts'

export function addSoakCommand(program: Command): void {
  program
    .command('soak [name]')
    .description('add runs with fresh seeds to docs/soak/<name>.jsonl, and print the figures')
    .option('--runs <number>', 'so many rounds; default 1, or as many as fit in --for', parseCount)
    .option('--for <duration>', 'start no new run after this long: 10m', parseSpan)
    .option('--ablations', 'each round also breaks every defence and plants every control')
    .option('--only <name>', 'runs without this defence or with this control, and no others')
    .addOption(proxyOption())
    .addHelpText('after', '\nWithout a name: the experiments with the fewest runs first.')
    .action(async (name: string | undefined, flags: SoakFlags) => {
      using interrupts = catchInterrupts()
      const soak: Soak = {
        root: process.cwd(),
        commit: await commitOf(process.cwd()),
        flags,
        endMs: systemClock.nowMs() + (flags.for ?? Number.POSITIVE_INFINITY),
        signal: interrupts.signal,
      }
      const made = await (name === undefined ? soakAll(soak) : soakOne(soak, name))
      process.exitCode = exitCodes[made.length === 0 ? 'inconclusive' : worst(made)]
      if (interrupts.signal.aborted) process.exitCode = exitCodes.interrupted
    })
}

function parseSpan(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new InvalidArgumentError("expected a duration such as '90s' or '10m'.")
  }
}
