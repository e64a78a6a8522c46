import { type Command, Option } from 'commander'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { parseJson } from '../../base/parse-json.ts'
import { print, printJson } from '../../base/print.ts'
import { levels } from '../../checkers/isolation/levels.ts'
import type { Finding } from '../../model/checker.ts'
import { type CheckerOptions, checkers } from '../histories/checkers.ts'
import { type History, loadHistory } from '../histories/load-history.ts'

interface Flags {
  readonly checker: string
  readonly level?: CheckerOptions['level']
  readonly initial?: Json
  readonly failedCas?: CheckerOptions['failedCas']
  readonly workload?: string
  readonly json?: boolean
}

const exitCodes = { valid: 0, invalid: 1, unknown: 2 } as const satisfies Record<
  Finding['word'],
  number
>

/** `lab check`: one checker over a history, also one from elsewhere. */
export function addCheckCommand(program: Command): void {
  const list = Object.entries(checkers).map(([name, { about }]) => `  ${name.padEnd(16)} ${about}`)
  program
    .command('check <file>')
    .description('judge a history, also one from elsewhere, by one checker')
    .addOption(
      new Option('--checker <name>', 'which one')
        .choices(Object.keys(checkers))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--level <level>', 'of list-append; serializable if none').choices(levels),
    )
    .option('--initial <json>', 'what each object holds in the beginning', parseInitial)
    .addOption(
      new Option(
        '--failed-cas <meaning>',
        'a failed cas found another value (compared, as in log lines), or nothing is known',
      ).choices(['compared', 'nothing']),
    )
    .option('--workload <name>', 'of a journal that has several')
    .option('--json', 'print the finding as JSON')
    .addHelpText('after', `\nCheckers:\n${list.join('\n')}\n\nExit: 0 valid, 1 invalid, 2 unknown.`)
    .action(async (file: string, flags: Flags) => {
      const named = checkers[flags.checker]
      if (!named) return
      const history = await loadHistory(
        file,
        failedCas => named.dialect({ failedCas, ...flags }),
        flags.workload,
      )
      const checker = named.checker({ name: history.workload }, { failedCas: 'nothing', ...flags })
      const finding = checker.check(history.journal)
      if (flags.json) printJson(process.stdout, finding)
      else tell(finding, history, file)
      process.exitCode = exitCodes[finding.word]
    })
}

function tell(finding: Finding, history: History, file: string): void {
  print(process.stdout, `${finding.word}: ${finding.story}`)
  if (finding.word !== 'invalid') return
  for (const entry of finding.witness.entries) {
    const line = history.lines[entry] ?? 0
    print(process.stdout, `${file}:${line}: ${history.text(line)}`)
  }
}

function parseInitial(text: string): Json {
  const parsed = z.json().safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new LabError(
    {
      code: 'bad-initial',
      expected: '--initial with a value in JSON',
      found: text,
      why: 'Reads before the first write are judged by it.',
      next: 'For a text give it in quotes: --initial \'"a"\'.',
    },
    'usage',
  )
}
