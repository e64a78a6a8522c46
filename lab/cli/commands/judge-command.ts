import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { LabError, messageOf } from '../../base/errors.ts'
import { print, printJson, printStyled } from '../../base/print.ts'
import type { Entry } from '../../journal/journal.ts'
import { readJournal } from '../../journal/read-journal.ts'
import type { Experiment } from '../../model/experiment.ts'
import { readConclusion } from '../../report/read-conclusion.ts'
import { verdictBlock } from '../../report/verdict-block.ts'
import { judge, writeVerdict } from '../../verdict/judge.ts'
import { askedExperiments } from '../support/asked-experiments.ts'
import { writeReport } from '../support/write-report.ts'

export function addJudgeCommand(program: Command): void {
  program
    .command('judge <run>')
    .description("judge a saved run again, from its journal, with the experiment's present checks")
    .option('--json', 'print the verdict as JSON')
    .action(async (run: string, flags: { readonly json?: boolean }) => {
      const folder = resolve(run)
      const file = join(folder, 'journal.jsonl')
      await stat(file).catch((cause: unknown) => {
        throw noRun(run, messageOf(cause))
      })
      const journal = await readJournal(file)
      const [first] = journal
      if (first?.kind !== 'run') throw noRun(run, 'a journal that does not begin with its run')
      const experiment = await experimentOf(first)
      const conclusion = judge(journal, experiment)
      const old = await stat(join(folder, 'verdict.json')).then(
        () => readConclusion(folder),
        () => undefined,
      )
      const names = old ? beside : { verdict: 'verdict.json', page: 'report.html' }
      await writeVerdict(folder, conclusion, names.verdict)
      await writeReport(folder, names, journal)
      const { stdout, stderr } = process
      if (flags.json) printJson(stdout, conclusion)
      else printStyled(stdout, verdictBlock(conclusion, run, stdout.isTTY, names.page))
      if (old && old.verdict !== conclusion.verdict) {
        print(stderr, `The run was ${old.verdict} when it was made; that is kept.`)
      }
      const strange = unknownNames(first, experiment)
      if (strange.length > 0) {
        const text = `The run names ${strange.join(', ')}, which the experiment does not have`
        print(stderr, `${text}: it cannot be made again as it was.`)
      }
      process.exitCode = conclusion.exitCode
    })
}

/** As it was asked for when the run was made. */
async function experimentOf(run: Extract<Entry, { kind: 'run' }>): Promise<Experiment> {
  const found = await askedExperiments(run.asked ?? run.experiment, process.cwd())
  const one = found.find(({ name }) => name === run.experiment) ?? found[0]
  if (!one) throw noRun(run.experiment, 'a suite without experiments')
  return one.experiment
}

/** Defences and controls that the journal names, and that the experiment does not know. */
function unknownNames(
  run: Extract<Entry, { kind: 'run' }>,
  { target, defences, controls = [] }: Experiment,
): readonly string[] {
  const known = [...target.defences, ...[...defences, ...controls].map(({ name }) => name)]
  return [...run.defencesOff, ...run.planted].filter(name => !known.includes(name))
}

/** What was concluded when the run was made stays as it is. */
const beside = { verdict: 'judged-again.json', page: 'judged-again.html' }

function noRun(run: string, found: string): LabError {
  return new LabError(
    {
      code: 'no-run',
      expected: `the folder of a run, with a journal.jsonl: ${run}`,
      found,
      why: 'The journal is all a verdict is drawn from.',
      next: 'Give a folder such as runs/redis-failover/<time>.',
    },
    'usage',
  )
}
