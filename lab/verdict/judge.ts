import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../base/errors.ts'
import { writeOwnFile } from '../base/own-file.ts'
import type { Journal } from '../journal/journal.ts'
import { readJournal } from '../journal/read-journal.ts'
import type { Checker } from '../model/checker.ts'
import type { Experiment } from '../model/experiment.ts'
import { conclude } from './conclude.ts'
import type { Conclusion, JudgedCheck } from './conclusion.ts'
import { tellLies } from './lies.ts'

const figures = z.record(z.string(), z.number())
const said = { story: z.string(), figures }
const finding = z.discriminatedUnion('word', [
  z.object({ word: z.literal('valid'), ...said }),
  z.object({ word: z.literal('unknown'), ...said }),
  z.object({
    word: z.literal('invalid'),
    ...said,
    witness: z.object({
      what: z.string(),
      entries: z.array(z.int().nonnegative()),
      atMs: z.number(),
    }),
  }),
])

/** The parts of an experiment that judge; it needs no running system. */
export type Judgeable = Pick<Experiment<never>, 'checks'>

/** Runs every check over the journal and draws the conclusion; a check that throws is an error. */
export function judge(journal: Journal, experiment: Judgeable): Conclusion {
  const failures: string[] = []
  const findings = Object.entries(experiment.checks).map(([name, checker]) => {
    return [
      name,
      {
        checker: checker.name,
        ...(checker.timed && { timed: checker.timed }),
        ...ask(name, checker, journal, failures),
      },
    ] as const
  })
  return conclude(journal, Object.fromEntries(findings), failures)
}

/**
 * Judges a saved run from its journal alone.
 * @throws {LabError} `journal-broken`
 */
export async function judgeFolder(folder: string, experiment: Judgeable): Promise<Conclusion> {
  return judge(await readJournal(join(folder, 'journal.jsonl')), experiment)
}

/** Writes a conclusion into the folder of its run; judging again writes beside what was concluded. */
export async function writeVerdict(
  folder: string,
  conclusion: Conclusion,
  name = 'verdict.json',
): Promise<void> {
  await writeOwnFile(join(folder, name), `${JSON.stringify(conclusion, null, 2)}\n`)
}

/** What a check says comes from outside: it is looked at before it is believed. */
function ask(
  name: string,
  checker: Checker,
  journal: Journal,
  failures: string[],
): Omit<JudgedCheck, 'checker'> {
  try {
    const said = finding.parse(checker.check(journal))
    if (said.word !== 'valid') return said
    const lies = tellLies(name, checker, journal)
    if (lies.told > 0) return { ...said, lies }
    const why = checker.lies.length > 0 ? 'no lie could be told to this run' : 'it brings no lies'
    const story = `${said.story} But ${why}, so nothing shows that the check would have found one.`
    return { ...said, word: 'unknown', story, lies }
  } catch (error) {
    const story = `the check itself failed: ${messageOf(error)}`
    failures.push(`check ${name}: ${story}`)
    return { word: 'unknown', story, figures: {} }
  }
}
