import type { Command } from 'commander'
import { print, printJson } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import type { Runtime } from '../../base/runtime.ts'
import { exitCodes, worst } from '../../base/verdict.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { askedExperiments } from '../support/asked-experiments.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { collect, parseCount, parseHttpUrl, parsePort, parseSeed } from '../support/options.ts'
import { proxyOption } from '../support/proxy-option.ts'
import { runLive } from '../support/run-live.ts'
import { runtimeOption } from '../support/runtime-option.ts'
import { suiteTable } from '../support/suite-table.ts'

interface Flags {
  readonly seed?: number
  readonly proxy: 'embedded' | 'toxiproxy'
  readonly runtime: Runtime
  readonly yesItCannotBeUndone?: boolean
  readonly without: readonly string[]
  readonly plant: readonly string[]
  readonly faults: boolean
  readonly metricsPort?: number
  readonly push?: string
  readonly json?: boolean
  readonly keep: number
}

export function addExperimentCommand(program: Command): void {
  program
    .command('experiment <name>')
    .description(
      'run one experiment, by its name or its file, and say whether the system kept its promises',
    )
    .option('--seed <number>', 'same seed: same inputs, same moments of the faults', parseSeed)
    .addOption(proxyOption())
    .addOption(runtimeOption())
    .option(
      '--yes-it-cannot-be-undone',
      'with --runtime external: whatever may be hurt may also lose its data',
    )
    .option('--without <defence>', 'switch a defence off (repeatable)', collect, [])
    .option('--plant <control>', 'add a planted failure (repeatable)', collect, [])
    .option('--no-faults', 'the control: the same run in calm weather')
    .option('--metrics-port <port>', 'serve Prometheus metrics at /metrics meanwhile', parsePort)
    .option('--push <url>', 'push the same to a Prometheus Pushgateway', parseHttpUrl)
    .option('--json', 'print the verdict as JSON; the view goes to standard error')
    .option('--keep <number>', 'how many runs to keep', parseCount, 30)
    .action(async (asked: string, flags: Flags) => {
      const seed = flags.seed ?? freshSeed()
      const stream = flags.json ? process.stderr : process.stdout
      print(stream, `${asked}, seed ${seed}`)
      const wanted = await askedExperiments(asked, process.cwd())
      using interrupts = catchInterrupts()
      const conclusions: Conclusion[] = []
      for (const { name, root, file, experiment } of wanted) {
        const { conclusion } = await runLive(experiment, {
          name,
          asked: file,
          seed,
          root,
          stream,
          metricsPort: flags.metricsPort,
          pushTo: flags.push,
          proxy: flags.proxy,
          runtime: flags.runtime,
          mayLoseAll: flags.yesItCannotBeUndone ?? false,
          defencesOff: flags.without,
          planted: flags.plant,
          faultsOff: !flags.faults,
          keep: flags.keep,
          signal: interrupts.signal,
        })
        conclusions.push(conclusion)
        if (flags.json) printJson(process.stdout, conclusion)
        if (interrupts.signal.aborted) break
      }
      if (wanted.length > 1) print(stream, suiteTable(conclusions))
      const verdict = worst(conclusions.map(one => one.verdict))
      const decisive = conclusions.find(one => one.verdict === verdict)
      process.exitCode = decisive?.exitCode ?? exitCodes[verdict]
    })
}
